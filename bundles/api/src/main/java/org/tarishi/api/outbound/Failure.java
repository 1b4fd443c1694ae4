package org.tarishi.api.outbound;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A failure for good. */
@ProviderType
public interface Failure {

    /** Returns the next hop that refused, if one did. */
    Optional<Route> route();

    /** Returns the recipients that had been refused for now and are given up. */
    List<RecipientFailure> deferred();

    /** Returns the recipients that were refused for good. */
    List<RecipientFailure> bounced();

    /** Returns what went wrong, in a line. */
    String error();
}
