package org.tarishi.core.delivery;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.Domain;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.DnsAnswer;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;

/** DNS from a list: {@code NAME TYPE} and what is there. */
final class FakeDns implements Dns {

    private final Map<String, List<String>> records = new HashMap<>();
    private final Set<String> insecure = new HashSet<>();
    private final Set<String> failing = new HashSet<>();
    final List<String> asked = new ArrayList<>();
    boolean isSigned;

    FakeDns with(String nameAndType, String... values) {
        records.put(nameAndType, List.of(values));
        return this;
    }

    /** Takes a record away. */
    FakeDns without(String nameAndType) {
        records.remove(nameAndType);
        return this;
    }

    FakeDns signed() {
        isSigned = true;
        return this;
    }

    FakeDns insecure(String nameAndType) {
        insecure.add(nameAndType);
        return this;
    }

    FakeDns failing(String nameAndType) {
        failing.add(nameAndType);
        return this;
    }

    private record Said<T>(Kind kind, List<T> records, boolean isSecure, Duration ttl, Optional<String> canonicalName)
            implements DnsAnswer<T> {}

    private DnsAnswer<String> find(String name, String type) throws LookupException {
        var key = name + " " + type;
        var alias = records.get(name + " CNAME");
        if (alias != null && !type.equals("CNAME")) {
            asked.add(key);
            var end = find(alias.getFirst(), type);
            return new Said<>(
                    end.kind(),
                    end.records(),
                    end.isSecure() && isSigned && !insecure.contains(name + " CNAME"),
                    end.ttl(),
                    end.kind() == Kind.FOUND
                            ? end.canonicalName().or(() -> Optional.of(alias.getFirst()))
                            : Optional.empty());
        }
        asked.add(key);
        if (failing.contains(key)) {
            throw new LookupException(key + ": SERVFAIL");
        }
        var found = records.get(key);
        var kind = found != null
                ? Kind.FOUND
                : records.keySet().stream().anyMatch(each -> each.startsWith(name + " "))
                        ? Kind.NO_DATA
                        : Kind.NO_DOMAIN;
        return new Said<>(
                kind,
                found == null ? List.of() : found,
                isSigned && !insecure.contains(key),
                Duration.ofMinutes(5),
                Optional.empty());
    }

    @Override
    public DnsAnswer<InetAddress> addresses(Domain name) throws LookupException {
        var found = find(name.ascii(), "A");
        return new Said<>(
                found.kind(),
                found.records().stream().map(InetAddress::ofLiteral).toList(),
                found.isSecure(),
                found.ttl(),
                found.canonicalName());
    }

    @Override
    public DnsAnswer<MxRecord> mx(Domain name) throws LookupException {
        var found = find(name.ascii(), "MX");
        return new Said<>(
                found.kind(),
                found.records().stream()
                        .map(text -> text.split(" ", 2))
                        .map(parts -> new MxRecord(Integer.parseInt(parts[0]), Domain.parse(parts[1])))
                        .sorted(Comparator.comparingInt(MxRecord::preference))
                        .toList(),
                found.isSecure(),
                found.ttl(),
                found.canonicalName());
    }

    @Override
    public DnsAnswer<String> txt(Domain name) throws LookupException {
        return find(name.ascii(), "TXT");
    }

    @Override
    public DnsAnswer<Domain> names(InetAddress address) throws LookupException {
        throw new LookupException("nobody asks for names: " + Arrays.toString(address.getAddress()));
    }

    @Override
    public DnsAnswer<String> records(String name, String type) throws LookupException {
        return find(name, type);
    }
}
