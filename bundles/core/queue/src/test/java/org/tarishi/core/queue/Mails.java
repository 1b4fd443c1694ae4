package org.tarishi.core.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.QueueStore;

/** Mails to queue. */
final class Mails {

    static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    private Mails() {}

    /** Queues a small message to one recipient in each domain. */
    static List<Long> insert(QueueStore store, String id, String... domains) {
        return store.insert(message(id, TestMessage.of("Subject: " + id + "\r\n\r\nbody of " + id + "\r\n"), domains))
                .toCompletableFuture()
                .join();
    }

    static NewMessage message(String id, LiveMessage message, String... domains) {
        var mails = new ArrayList<NewMessage.Mail>();
        for (var domain : domains) {
            mails.add(new NewMessage.Mail(
                    id + "." + (mails.size() + 1),
                    domain,
                    List.of(Recipient.parse("<you@" + domain + ">")),
                    MailState.first(1, NOW)));
        }
        return new NewMessage(
                id, ReversePath.parse("<me@sender.example>"), message, Map.of(), "test", NOW, false, mails);
    }
}
