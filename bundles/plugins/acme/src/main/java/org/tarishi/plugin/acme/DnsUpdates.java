package org.tarishi.plugin.acme;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.service.AcmeDnsResponder;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * Publishes challenges by dynamic updates of a zone (RFC 2136), signed with a shared key (RFC 8945) where there is one.
 *
 * <p>An alias of the challenge's name is followed, so that the records can lie in a zone that is there for them alone.
 */
final class DnsUpdates implements AcmeDnsResponder {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int TTL = 60;
    private static final int MOST_ALIASES = 8;

    private static final Map<String, Name> ALGORITHMS = Map.of(
            "hmac-sha224", TSIG.HMAC_SHA224,
            "hmac-sha256", TSIG.HMAC_SHA256,
            "hmac-sha384", TSIG.HMAC_SHA384,
            "hmac-sha512", TSIG.HMAC_SHA512);

    private static final Pattern KEY_FILE = Pattern.compile(
            "\\s*key\\s+\"?([A-Za-z0-9._-]+)\"?\\s*\\{\\s*algorithm\\s+\"?([A-Za-z0-9-]+)\"?\\s*;\\s*secret\\s+\"([A-Za-z0-9+/=]+)\"\\s*;\\s*}\\s*;?\\s*");

    private final Settings.Updates settings;
    private final Path conf;

    DnsUpdates(Settings.Updates settings, Path conf) {
        this.settings = settings;
        this.conf = conf;
    }

    @Override
    public Optional<Published> publish(String name, String value) throws IOException {
        var resolver = resolver();
        var place = place(resolver, Name.fromString(name, Name.root));
        var record = new TXTRecord(place.owner(), DClass.IN, TTL, value);
        var add = new Update(place.zone());
        add.add(record);
        send(resolver, add, place);
        return Optional.of(() -> {
            var remove = new Update(place.zone());
            remove.delete(record);
            send(resolver, remove, place);
        });
    }

    /** Where a record belongs. */
    private record Place(Name owner, Name zone) {}

    private SimpleResolver resolver() throws IOException {
        // A literal is never looked up; a name is, once an attempt.
        var resolver =
                new SimpleResolver(new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port()));
        resolver.setTCP(true);
        resolver.setTimeout(TIMEOUT);
        if (settings.keyFile().isPresent()) {
            resolver.setTSIGKey(key(conf.resolve(settings.keyFile().get())));
        }
        return resolver;
    }

    /** Reads a key as BIND's tsig-keygen writes it; what is thrown holds nothing of it. */
    private static TSIG key(Path file) throws IOException {
        var text = KEY_FILE.matcher(PrivateFiles.readSecret(file));
        if (!text.matches()) {
            throw new IOException("dnsKeyFile: " + file
                    + " wants the form of tsig-keygen: key \"NAME\" { algorithm hmac-sha256; secret \"...\"; };");
        }
        var algorithm = ALGORITHMS.get(text.group(2).toLowerCase(Locale.ROOT));
        if (algorithm == null) {
            throw new IOException("dnsKeyFile: " + file + " wants one of the algorithms hmac-sha224, -256, -384, -512");
        }
        try {
            return new TSIG(
                    algorithm,
                    Name.fromString(text.group(1), Name.root),
                    Base64.getDecoder().decode(text.group(3)));
        } catch (IllegalArgumentException | TextParseException e) {
            throw new IOException("dnsKeyFile: " + file + " holds no key in base64");
        }
    }

    private Place place(SimpleResolver resolver, Name name) throws IOException {
        var owner = name;
        for (int aliases = 0; aliases <= MOST_ALIASES; aliases++) {
            var answer = resolver.send(Message.newQuery(Record.newRecord(owner, Type.SOA, DClass.IN)));
            int rcode = answer.getRcode();
            if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
                throw new IOException(server() + " says " + Rcode.string(rcode) + " to a question about " + owner);
            }
            var target = alias(answer, owner);
            if (target == null) {
                return new Place(owner, zone(answer, owner));
            }
            owner = target;
        }
        throw new IOException(name + " has more than " + MOST_ALIASES + " aliases");
    }

    private static @Nullable Name alias(Message answer, Name owner) {
        for (var record : answer.getSection(Section.ANSWER)) {
            if (record instanceof CNAMERecord alias && alias.getName().equals(owner)) {
                return alias.getTarget();
            }
        }
        return null;
    }

    private Name zone(Message answer, Name owner) throws IOException {
        if (settings.zone().isPresent()) {
            return Name.fromString(settings.zone().get(), Name.root);
        }
        for (var section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
            for (var record : answer.getSection(section)) {
                if (record instanceof SOARecord && owner.subdomain(record.getName())) {
                    return record.getName();
                }
            }
        }
        throw new IOException(server() + " does not say which zone " + owner + " is in; set dnsZone");
    }

    private void send(SimpleResolver resolver, Update update, Place place) throws IOException {
        var answer = resolver.send(update);
        if (answer.getRcode() != Rcode.NOERROR) {
            throw new IOException(server() + " says " + Rcode.string(answer.getRcode()) + " to an update of "
                    + place.owner() + " in zone " + place.zone());
        }
        if (settings.keyFile().isPresent() && !answer.isVerified()) {
            throw new IOException(server() + " answers without the signature of the key in dnsKeyFile");
        }
    }

    private String server() {
        return settings.host() + " port " + settings.port();
    }
}
