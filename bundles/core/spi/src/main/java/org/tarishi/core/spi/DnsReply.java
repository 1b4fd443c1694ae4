package org.tarishi.core.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.service.DnsAnswer;

/**
 * What DNS says, see {@link DnsAnswer}.
 *
 * @param <T> the records
 */
public record DnsReply<T>(Kind kind, List<T> records, boolean isSecure, Duration ttl, Optional<String> canonicalName)
        implements DnsAnswer<T> {

    /** Keeps a copy of the records. */
    public DnsReply {
        records = List.copyOf(records);
    }

    /** Makes one of a name that is no alias. */
    public DnsReply(Kind kind, List<T> records, boolean isSecure, Duration ttl) {
        this(kind, records, isSecure, ttl, Optional.empty());
    }
}
