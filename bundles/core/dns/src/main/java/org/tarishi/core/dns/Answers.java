package org.tarishi.core.dns;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;
import org.tarishi.core.spi.DnsBackend;
import org.tarishi.core.spi.DnsReply;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Makes the answers that plugins see of records. */
final class Answers implements DnsBackend {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private final Lookups lookups;

    Answers(Lookups lookups) {
        this.lookups = lookups;
    }

    @Override
    public DnsReply<InetAddress> addresses(Domain domain) throws LookupException {
        var name = name(domain);
        if (name.isEmpty()) {
            return none();
        }
        var six = new Question(name.get(), Type.AAAA);
        var four = new Question(name.get(), Type.A);
        // Both at once.
        var sixes = lookups.begin(six);
        var fours = lookups.begin(four);
        LookupException failure = null;
        var all = new ArrayList<Found>(2);
        try {
            all.add(lookups.await(six, sixes));
        } catch (LookupException e) {
            failure = e;
        }
        try {
            all.add(lookups.await(four, fours));
        } catch (LookupException e) {
            failure = e;
        }
        var addresses = new ArrayList<InetAddress>();
        for (var found : all) {
            for (var record : found.records()) {
                switch (record) {
                    case AAAARecord r -> addresses.add(r.getAddress());
                    case ARecord r -> addresses.add(r.getAddress());
                    default -> {}
                }
            }
        }
        if (addresses.isEmpty() && failure != null) {
            throw failure; // the one that failed may have had some
        }
        var kind = !addresses.isEmpty()
                ? Kind.FOUND
                : all.stream().anyMatch(found -> found.kind() == Kind.NO_DATA) ? Kind.NO_DATA : Kind.NO_DOMAIN;
        return new DnsReply<>(
                kind,
                addresses,
                // Of the family that could not be had nothing is told, so it takes nothing from the other: else whoever
                // keeps answers back would make a signed name look unsigned.
                all.stream().allMatch(Found::isSecure),
                all.stream().map(Found::ttl).min(Comparator.naturalOrder()).orElseThrow(),
                all.stream()
                        .flatMap(found -> canonicalName(found, name.get()).stream())
                        .findFirst());
    }

    @Override
    public DnsReply<MxRecord> mx(Domain domain) throws LookupException {
        var name = name(domain);
        if (name.isEmpty()) {
            return none();
        }
        var found = find(new Question(name.get(), Type.MX));
        var hosts = new ArrayList<MxRecord>();
        boolean isNull = false;
        for (var record : found.records()) {
            if (!(record instanceof MXRecord mx)) {
                continue;
            }
            if (mx.getTarget().equals(Name.root)) {
                isNull = true;
                continue;
            }
            var host = domain(mx.getTarget());
            if (host.isPresent()) {
                hosts.add(new MxRecord(mx.getPriority(), host.get()));
            } else {
                LOG.debug("{}: {} is no host's name, and is left out", name.get(), mx.getTarget());
            }
        }
        if (hosts.isEmpty() && found.kind() == Kind.FOUND && !isNull) {
            throw new LookupException(domain.ascii() + ": none of its mail exchangers has a host's name");
        }
        hosts.sort(Comparator.comparingInt(MxRecord::preference));
        return new DnsReply<>(found.kind(), hosts, found.isSecure(), found.ttl(), canonicalName(found, name.get()));
    }

    @Override
    public DnsReply<String> txt(Domain domain) throws LookupException {
        var name = name(domain);
        if (name.isEmpty()) {
            return none();
        }
        var found = find(new Question(name.get(), Type.TXT));
        var texts = new ArrayList<String>();
        for (var record : found.records()) {
            if (record instanceof TXTRecord txt) {
                var bytes = new ByteArrayOutputStream();
                txt.getStringsAsByteArrays().forEach(bytes::writeBytes);
                texts.add(bytes.toString(UTF_8));
            }
        }
        return new DnsReply<>(found.kind(), texts, found.isSecure(), found.ttl(), canonicalName(found, name.get()));
    }

    @Override
    public DnsReply<Domain> names(InetAddress address) throws LookupException {
        var found = find(new Question(ReverseMap.fromAddress(address), Type.PTR));
        var names = new ArrayList<Domain>();
        for (var record : found.records()) {
            if (record instanceof PTRRecord ptr) {
                domain(ptr.getTarget()).ifPresent(names::add);
            }
        }
        // A name that no host can have is as good as none.
        var kind = found.kind() == Kind.FOUND && names.isEmpty() ? Kind.NO_DATA : found.kind();
        return new DnsReply<>(kind, names, found.isSecure(), found.ttl());
    }

    @Override
    public DnsReply<String> records(String text, String type) throws LookupException {
        int number = Type.value(type.toUpperCase(Locale.ROOT));
        // What is no type of records asks for all of them, or for a whole zone.
        if (number < 0 || !Type.isRR(number)) {
            throw new IllegalArgumentException("no type of records: " + type);
        }
        Name name;
        try {
            name = Name.fromString(text, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("no name in DNS: " + text, e);
        }
        var found = find(new Question(name, number));
        return new DnsReply<>(
                found.kind(),
                found.records().stream().map(Record::rdataToString).toList(),
                found.isSecure(),
                found.ttl(),
                canonicalName(found, name));
    }

    private Found find(Question question) throws LookupException {
        return lookups.await(question, lookups.begin(question));
    }

    private static Optional<String> canonicalName(Found found, Name asked) {
        return found.records().stream()
                .map(Record::getName)
                .filter(name -> !name.equals(asked))
                .map(name -> name.toString(true).toLowerCase(Locale.ROOT))
                .findFirst();
    }

    /** A domain that DNS can't hold, because it is too long there, does not exist there. */
    private static Optional<Name> name(Domain domain) {
        try {
            return Optional.of(Name.fromString(domain.ascii(), Name.root));
        } catch (TextParseException e) {
            return Optional.empty();
        }
    }

    private static <T> DnsReply<T> none() {
        return new DnsReply<>(Kind.NO_DOMAIN, List.of(), false, java.time.Duration.ZERO);
    }

    private static Optional<Domain> domain(Name name) {
        try {
            return Optional.of(Domain.parse(name.toString(true)));
        } catch (AddressSyntaxException e) {
            return Optional.empty();
        }
    }
}
