package org.tarishi.api;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The parts of the Authentication-Results field that this host puts on top of a message (RFC 8601). */
@ProviderType
public interface AuthResults {

    /** Adds a part; it is in the field even when added as late as data_post. */
    void add(AuthResult fragment);

    /** Returns the parts so far. */
    List<AuthResult> all();
}
