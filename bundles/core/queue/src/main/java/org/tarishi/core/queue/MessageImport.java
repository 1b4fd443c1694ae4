package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;

/** Takes a message of a file, as it is. */
final class MessageImport {

    private final Store store;
    private final InstantSource clock;

    MessageImport(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** See {@link org.tarishi.core.spi.QueueStore#importMessage}. */
    List<String> run(Path file, ReversePath sender, List<Recipient> recipients) throws IOException {
        var full = store.refusal(false);
        if (full != null) {
            throw full;
        }
        var now = clock.instant();
        // Two imports may come in one millisecond.
        var id = ("import-" + Long.toString(now.toEpochMilli(), 36) + "-"
                        + Integer.toUnsignedString(ThreadLocalRandom.current().nextInt(), 36))
                .toUpperCase(Locale.ROOT);
        var byDomain = new LinkedHashMap<String, List<Recipient>>();
        for (var recipient : recipients) {
            byDomain.computeIfAbsent(recipient.mailbox().host().ascii(), _ -> new ArrayList<>())
                    .add(recipient);
        }
        var mails = new ArrayList<NewMessage.Mail>();
        byDomain.forEach((domain, theirs) -> mails.add(new NewMessage.Mail(
                id + "." + (mails.size() + 1), domain, theirs, MailState.first(theirs.size(), now))));
        var envelope = new Inserts.Envelope(id, sender, Map.of(), "import", now, mails);
        try {
            var _ = store.inserts()
                    .insert(envelope, new FileSource(file, 0, false))
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
        return mails.stream().map(NewMessage.Mail::id).toList();
    }
}
