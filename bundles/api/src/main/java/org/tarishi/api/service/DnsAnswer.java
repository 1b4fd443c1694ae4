package org.tarishi.api.service;

import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What DNS says.
 *
 * @param <T> the records
 */
@ProviderType
public interface DnsAnswer<T> {

    /** Returns the records; empty unless {@link Kind#FOUND}. */
    List<T> records();

    /** Returns what kind of answer this is. */
    Kind kind();

    /** Tells whether the answer was validated by DNSSEC, here or by a resolver on this machine. */
    boolean isSecure();

    /** Returns how long the answer holds. */
    Duration ttl();

    /** The kinds of answers. */
    enum Kind {
        /** There are records. */
        FOUND,
        /** The name exists without records of this type. */
        NO_DATA,
        /** The name does not exist. */
        NO_DOMAIN
    }
}
