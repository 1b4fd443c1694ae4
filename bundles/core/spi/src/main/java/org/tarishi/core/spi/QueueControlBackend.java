package org.tarishi.core.spi;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.service.QueueControl;

/** Stands behind {@link QueueControl}; each method is that one's. */
@ConsumerType
public interface QueueControlBackend {

    /** Returns numbers. */
    QueueControl.Stats stats();

    /** Returns the mails that match, oldest first. */
    List<QueueControl.Entry> find(QueueQuery query, int limit);

    /** Returns one mail. */
    Optional<QueueControl.Entry> get(String id);

    /** Makes deferred mails due. */
    int retry(QueueQuery query);

    /** Holds mails. */
    int hold(QueueQuery query);

    /** Releases mails. */
    int release(QueueQuery query);

    /** Gives mails up. */
    int bounce(QueueQuery query);

    /** Removes mails. */
    int drop(QueueQuery query);

    /** Begins a pause. */
    String pause(QueueQuery query);

    /** Ends a pause. */
    boolean resume(String pauseId);
}
