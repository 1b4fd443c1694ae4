package org.tarishi.core.delivery;

import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.DnsAnswer;
import org.tarishi.api.service.LookupException;

/** What a host's TLSA records demand (RFC 7672). Blocks; any thread. */
final class Dane {

    /** What the log says where there are records, and none of use. */
    static final String UNUSABLE = "dane-unusable";

    private final Dns dns;
    private final Clock clock;

    Dane(Dns dns, Clock clock) {
        this.dns = dns;
        this.clock = clock;
    }

    /**
     * Looks the records up. The host's name must be one that DNSSEC vouches for, or that a person has given (section 2.2.2).
     *
     * @param domain what the mail is for: a certificate below a trust anchor may hold its name too
     * @return what they demand, nothing where there are none
     * @throws LookupException when they can't be had: the host must not be used then (section 2.1.2)
     */
    Optional<RouteTls> of(Target host, int port, String domain) throws LookupException {
        for (var base : bases(host)) {
            var answer = dns.records("_" + port + "._tcp." + base, "TLSA");
            if (answer.isSecure() && !answer.records().isEmpty()) {
                var tls = demanded(answer, names(base, host, domain));
                // Section 8.1: that is the name that the host is asked for.
                return Optional.of(base.equals(host.host()) ? tls : tls.withServerName(base));
            }
        }
        return Optional.empty();
    }

    /**
     * The names below which the records may stand: of an alias its end first (section 2.2.2), and itself alone where its end is in a zone that
     * is not signed (section 2.1.3). Records of other names say nothing.
     */
    private List<String> bases(Target host) throws LookupException {
        if (host.isSecure()) {
            return host.isAlias() ? List.of(host.canonicalName(), host.host()) : List.of(host.host());
        }
        return host.isAlias() && isSecureAlias(host.host()) ? List.of(host.host()) : List.of();
    }

    /** Tells whether DNSSEC vouches for a name's being an alias, whatever of. */
    boolean isSecureAlias(String host) throws LookupException {
        var alias = dns.records(host, "CNAME");
        return alias.isSecure() && alias.kind() == DnsAnswer.Kind.FOUND;
    }

    /** Section 3.2.2: the names that a certificate below a trust anchor may hold. */
    private static List<String> names(String base, Target host, String domain) {
        var names = new LinkedHashSet<>(List.of(base));
        names.add(host.host());
        names.add(domain);
        return List.copyOf(names);
    }

    private RouteTls demanded(DnsAnswer<String> answer, List<String> names) {
        var usable = answer.records().stream()
                .flatMap(record -> TlsaRecord.parse(record).stream())
                .toList();
        return usable.isEmpty()
                // Section 2.2: who publishes what can't be used has TLS all the same.
                ? RouteTls.REQUIRED.withReason(UNUSABLE)
                : RouteTls.judgedBy(new DaneJudge(usable, names, clock)).withReason("dane");
    }
}
