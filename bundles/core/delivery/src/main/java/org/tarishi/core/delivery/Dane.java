package org.tarishi.core.delivery;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.LookupException;

/** What a host's TLSA records demand (RFC 7672). Blocks; any thread. */
final class Dane {

    private final Dns dns;
    private final Clock clock;

    Dane(Dns dns, Clock clock) {
        this.dns = dns;
        this.clock = clock;
    }

    /**
     * Looks the records up. The host's name and its addresses must be secure: else the records say nothing (section 2.2).
     *
     * @param names the names that a certificate below a trust anchor may hold
     * @return what they demand, nothing where there are none
     * @throws LookupException when they can't be had: the host must not be used then (section 2.1.2)
     */
    Optional<RouteTls> of(String host, int port, List<String> names) throws LookupException {
        var answer = dns.records("_" + port + "._tcp." + host, "TLSA");
        if (!answer.isSecure() || answer.records().isEmpty()) {
            return Optional.empty();
        }
        var usable = answer.records().stream()
                .flatMap(record -> TlsaRecord.parse(record).stream())
                .toList();
        return Optional.of(
                usable.isEmpty()
                        // Section 2.2: who publishes what can't be used has TLS all the same.
                        ? RouteTls.REQUIRED.withReason("dane-unusable")
                        : RouteTls.judgedBy(new DaneJudge(usable, names, clock)).withReason("dane"));
    }
}
