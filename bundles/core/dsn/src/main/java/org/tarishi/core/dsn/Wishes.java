package org.tarishi.core.dsn;

import java.util.Set;
import org.tarishi.api.NotifyOn;
import org.tarishi.api.Recipient;
import org.tarishi.core.spi.DsnComposer.Action;

/**
 * What a sender wants to hear of a recipient.
 *
 * @param on the words of NOTIFY, or what holds without it
 */
record Wishes(Set<NotifyOn> on) {

    /** RFC 3461 section 4.1 lets delays be told or not where NOTIFY was not given; people want to know. */
    private static final Set<NotifyOn> UNSAID = Set.of(NotifyOn.FAILURE, NotifyOn.DELAY);

    static Wishes of(Recipient recipient) {
        return new Wishes(recipient.notifyOn().orElse(UNSAID));
    }

    boolean include(Action action) {
        return on.contains(
                switch (action) {
                    case FAILED -> NotifyOn.FAILURE;
                    case DELAYED -> NotifyOn.DELAY;
                    case DELIVERED, RELAYED, EXPANDED -> NotifyOn.SUCCESS;
                });
    }
}
