package org.tarishi.api.service;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    /**
     * Returns the name that the records stand at, where that is not the one that was asked for: the end of its aliases (CNAME), in ASCII and
     * lower case, without a dot at its end. Nothing without an alias, and nothing unless {@link Kind#FOUND}.
     */
    default Optional<String> canonicalName() {
        return Optional.empty();
    }

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
