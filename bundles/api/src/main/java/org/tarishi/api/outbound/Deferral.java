package org.tarishi.api.outbound;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** An attempt that failed for now. */
@ProviderType
public interface Deferral {

    /** Returns what the schedule would wait. */
    Duration delay();

    /** Returns what went wrong, in a line. */
    String error();

    /** Returns the recipients that were refused for now. */
    List<RecipientFailure> recipients();

    /** Returns the next hop that was tried last, if one was reached. */
    Optional<Route> route();
}
