package org.tarishi.core.spi;

import java.time.Duration;
import java.util.List;
import org.tarishi.api.service.DnsAnswer;

/**
 * What DNS says, see {@link DnsAnswer}.
 *
 * @param <T> the records
 */
public record DnsReply<T>(Kind kind, List<T> records, boolean isSecure, Duration ttl) implements DnsAnswer<T> {

    /** Keeps a copy of the records. */
    public DnsReply {
        records = List.copyOf(records);
    }
}
