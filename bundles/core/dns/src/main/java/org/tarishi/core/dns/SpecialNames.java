package org.tarishi.core.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Type;

/** Names that are never asked of a name server: this machine's own, and those that must not exist (RFC 6761, RFC 7686). */
final class SpecialNames {

    private static final Name LOCALHOST = Name.fromConstantString("localhost.");
    private static final List<Name> NONE =
            List.of(Name.fromConstantString("invalid."), Name.fromConstantString("onion."));
    private static final Name LOOPBACK_4 = Name.fromConstantString("127.in-addr.arpa.");
    private static final Name LOOPBACK_6 = ReverseMap.fromAddress(InetAddress.ofLiteral("::1"));

    private static final Duration TTL = Duration.ofHours(1);

    private SpecialNames() {}

    /** Returns the answer, where the question is about such a name. */
    static Optional<Found> answer(Question question) {
        var name = question.name();
        if (name.subdomain(LOCALHOST)) {
            return Optional.of(
                    switch (question.type()) {
                        case Type.A -> found(new ARecord(name, DClass.IN, 0, InetAddress.ofLiteral("127.0.0.1")));
                        case Type.AAAA -> found(new AAAARecord(name, DClass.IN, 0, InetAddress.ofLiteral("::1")));
                        default -> Found.nothing(Kind.NO_DATA, false, TTL);
                    });
        }
        if (name.subdomain(LOOPBACK_4) || name.equals(LOOPBACK_6)) {
            return Optional.of(
                    question.type() == Type.PTR
                            ? found(new PTRRecord(name, DClass.IN, 0, LOCALHOST))
                            : Found.nothing(Kind.NO_DATA, false, TTL));
        }
        return NONE.stream().anyMatch(name::subdomain)
                ? Optional.of(Found.nothing(Kind.NO_DOMAIN, false, TTL))
                : Optional.empty();
    }

    private static Found found(org.xbill.DNS.Record record) {
        return new Found(Kind.FOUND, List.of(record), false, TTL);
    }
}
