package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/** How the recipients of a message become mails, and what is read off a sender. */
final class Envelope {

    private Envelope() {}

    /**
     * Splits recipients into mails.
     *
     * @param always whether each gets a mail of its own; else those of one domain share one
     * @return the recipients of each mail, in the order in which they came
     */
    static List<List<Recipient>> split(List<Recipient> recipients, boolean always) {
        if (always) {
            return recipients.stream().map(List::of).toList();
        }
        var byDomain = new LinkedHashMap<String, List<Recipient>>();
        for (var recipient : recipients) {
            byDomain.computeIfAbsent(domain(recipient), name -> new ArrayList<>(2))
                    .add(recipient);
        }
        return List.copyOf(byDomain.values());
    }

    /** Returns the destination of a recipient, by which the queue knows it. */
    static String domain(Recipient recipient) {
        return recipient.mailbox().host().ascii().toLowerCase(Locale.ROOT);
    }

    /** Returns a sender without parameters, in lower case; empty for nobody. */
    static String sender(ReversePath sender) {
        return sender.mailbox()
                .map(box -> box.toString().toLowerCase(Locale.ROOT))
                .orElse("");
    }

    /** Returns the number that stands for a sender, as the store has it. */
    static int senderHash(ReversePath sender) {
        return sender(sender).hashCode();
    }
}
