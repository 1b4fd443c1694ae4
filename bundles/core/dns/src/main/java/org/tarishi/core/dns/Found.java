package org.tarishi.core.dns;

import java.time.Duration;
import java.util.List;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.xbill.DNS.Record;

/**
 * What was found out about a name and a type.
 *
 * @param kind what kind of answer it is
 * @param records the records of the type; empty unless found
 * @param isSecure whether DNSSEC vouches for it
 * @param ttl how long it holds from now on
 */
record Found(Kind kind, List<Record> records, boolean isSecure, Duration ttl) {
    Found {
        records = List.copyOf(records);
    }

    static Found nothing(Kind kind, boolean isSecure, Duration ttl) {
        return new Found(kind, List.of(), isSecure, ttl);
    }
}
