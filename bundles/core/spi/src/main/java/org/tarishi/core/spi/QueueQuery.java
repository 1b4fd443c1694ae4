package org.tarishi.core.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.service.QueueControl;

/**
 * What to look for in the queue; a null matches everything.
 *
 * @param id an id, or that of the submission, transaction or connection
 * @param sender an address, a domain after an at sign, or {@code <>}
 * @param recipient an address, or a domain after an at sign
 * @param domain a destination domain
 * @param olderThan how long it has been queued at least
 * @param state where it stands
 * @param lastReply what its last reply holds
 * @param route the next hop that was tried last, by name or address
 */
public record QueueQuery(
        @Nullable String id,
        @Nullable String sender,
        @Nullable String recipient,
        @Nullable String domain,
        @Nullable Duration olderThan,
        QueueControl.@Nullable State state,
        @Nullable String lastReply,
        @Nullable String route)
        implements QueueControl.Query {

    /** Matches everything. */
    public static final QueueQuery ALL = new QueueQuery(null, null, null, null, null, null, null, null);

    @Override
    public QueueQuery id(String idOrPrefix) {
        return new QueueQuery(idOrPrefix, sender, recipient, domain, olderThan, state, lastReply, route);
    }

    @Override
    public QueueQuery sender(String other) {
        return new QueueQuery(id, other, recipient, domain, olderThan, state, lastReply, route);
    }

    @Override
    public QueueQuery recipient(String other) {
        return new QueueQuery(id, sender, other, domain, olderThan, state, lastReply, route);
    }

    @Override
    public QueueQuery domain(String other) {
        return new QueueQuery(id, sender, recipient, other, olderThan, state, lastReply, route);
    }

    @Override
    public QueueQuery olderThan(Duration age) {
        return new QueueQuery(id, sender, recipient, domain, age, state, lastReply, route);
    }

    @Override
    public QueueQuery state(QueueControl.State other) {
        return new QueueQuery(id, sender, recipient, domain, olderThan, other, lastReply, route);
    }

    @Override
    public QueueQuery lastReply(String text) {
        return new QueueQuery(id, sender, recipient, domain, olderThan, state, text, route);
    }

    @Override
    public QueueQuery route(String host) {
        return new QueueQuery(id, sender, recipient, domain, olderThan, state, lastReply, host);
    }
}
