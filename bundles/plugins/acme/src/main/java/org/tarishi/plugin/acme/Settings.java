package org.tarishi.plugin.acme;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Mailbox;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}. Secrets lie in files, which are read when they are needed: none stands here.
 *
 * @param certificates what to get
 * @param isAgreed whether the operator agrees to the authority's terms
 * @param directory the authority's directory
 * @param trustedCa the roots for the authority's web server
 * @param contact {@code mailto:} URIs
 * @param external what binds the account to another one
 * @param keyType the kind of new keys
 * @param preferredChain the issuer to prefer; empty for none
 * @param profile the profile to ask for; empty for none
 * @param challenge how control of a name is shown
 * @param http where to listen for http-01
 * @param dns the name server that takes updates
 * @param dnsWait how long records take until all name servers have them
 * @param checkEvery how often to look
 * @param orderTimeout how long an order may take
 */
@SettingsFor(Settings.PID)
record Settings(
        List<Wanted> certificates,
        boolean isAgreed,
        URI directory,
        Optional<Path> trustedCa,
        List<URI> contact,
        Optional<External> external,
        KeyType keyType,
        String preferredChain,
        String profile,
        ChallengeType challenge,
        Listen http,
        Optional<Updates> dns,
        Duration dnsWait,
        Duration checkEvery,
        Duration orderTimeout) {

    static final String PID = "org.tarishi.plugin.acme";

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{0,100}");

    /** The most names that a certificate of the larger authorities has. */
    private static final int MOST_HOSTS = 100;

    private static final int MOST_CERTIFICATES = 1000;

    /** The ways of RFC 8555 section 8. */
    enum ChallengeType {
        HTTP_01,
        DNS_01
    }

    /**
     * External account binding (RFC 8555 section 7.3.4).
     *
     * @param keyId as the authority gave it
     * @param keyFile where the MAC key lies
     */
    record External(String keyId, Path keyFile) {}

    /**
     * Where to listen.
     *
     * @param address nothing for all
     */
    record Listen(Optional<InetAddress> address, int port) {

        InetSocketAddress socket() {
            return address.map(a -> new InetSocketAddress(a, port)).orElseGet(() -> new InetSocketAddress(port));
        }
    }

    /**
     * A name server that takes updates (RFC 2136).
     *
     * @param zone nothing where the server is asked
     */
    record Updates(String host, int port, Optional<Path> keyFile, Optional<String> zone) {}

    Settings(Config config) {
        this(
                certificates(config.certificates()),
                config.termsAgreed(),
                directory(config.directory()),
                path("trustedCa", config.trustedCa()),
                contacts(config.contact()),
                external(config),
                KeyType.of(config.keyType())
                        .orElseThrow(() -> new InvalidSettingException(
                                "keyType",
                                "want ec-p256, ec-p384, rsa-2048, rsa-3072 or rsa-4096: " + config.keyType())),
                line("preferredChain", config.preferredChain()),
                word("profile", config.profile()),
                challenge(config.challenge()),
                new Listen(address(config.httpAddress()), port("httpPort", config.httpPort())),
                updates(config),
                duration("dnsWait", config.dnsWait(), Duration.ZERO, Duration.ofHours(1)),
                duration("checkEvery", config.checkEvery(), Duration.ofHours(1), Duration.ofDays(1)),
                duration("orderTimeout", config.orderTimeout(), Duration.ofSeconds(30), Duration.ofHours(1)));
    }

    Settings {
        certificates = List.copyOf(certificates);
        contact = List.copyOf(contact);
        if (challenge != ChallengeType.DNS_01) {
            for (var wanted : certificates) {
                for (var host : wanted.hosts()) {
                    if (host.startsWith("*.")) {
                        throw new InvalidSettingException(
                                "certificates", "a wildcard needs challenge = dns-01: " + host);
                    }
                }
            }
        }
    }

    private static List<Wanted> certificates(String[] texts) {
        if (texts.length > MOST_CERTIFICATES) {
            throw new InvalidSettingException("certificates", "want at most " + MOST_CERTIFICATES);
        }
        var names = new HashSet<String>();
        var all = new ArrayList<Wanted>();
        for (var text : texts) {
            var wanted = wanted(text);
            if (!names.add(wanted.name())) {
                throw new InvalidSettingException("certificates", "two have the name " + wanted.name());
            }
            all.add(wanted);
        }
        return all;
    }

    private static Wanted wanted(String text) {
        int equals = text.indexOf('=');
        var list = text.substring(equals + 1);
        var hosts = Arrays.stream(list.split(",", -1))
                .map(host -> host(host.strip(), text))
                .distinct()
                .toList();
        if (hosts.size() > MOST_HOSTS) {
            throw new InvalidSettingException("certificates", "want at most " + MOST_HOSTS + " names in one: " + text);
        }
        var name = equals < 0 ? hosts.getFirst() : text.substring(0, equals).strip();
        if (!NAME.matcher(name).matches() || name.contains("..")) {
            throw new InvalidSettingException(
                    "certificates", "want a name of small letters, digits, . _ - and an equals sign first: " + text);
        }
        return new Wanted(name, hosts);
    }

    private static String host(String text, String entry) {
        var star = text.startsWith("*.") ? "*." : "";
        try {
            var domain = Domain.parse(text.substring(star.length())).ascii();
            // A number as the last label is an IPv4 address in disguise.
            if (domain.indexOf('.') < 0 || Character.isDigit(domain.charAt(domain.lastIndexOf('.') + 1))) {
                throw new InvalidSettingException("certificates", "want full host names: " + entry);
            }
            return star + domain;
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException("certificates", "no host name, " + e.getMessage() + ": " + entry);
        }
    }

    private static URI directory(String text) {
        try {
            var uri = new URI(text);
            if ("https".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // as below
        }
        throw new InvalidSettingException("directory", "want an https URL: " + text);
    }

    private static List<URI> contacts(String[] texts) {
        return Arrays.stream(texts).map(Settings::contact).toList();
    }

    private static URI contact(String text) {
        try {
            var mailbox = Mailbox.parse(text);
            return new URI("mailto", mailbox.asciiAddress(), null);
        } catch (AddressSyntaxException | IllegalStateException | URISyntaxException e) {
            throw new InvalidSettingException("contact", "want a mail address: " + text);
        }
    }

    private static Optional<External> external(Config config) {
        var id = line("eabKeyId", config.eabKeyId());
        var file = path("eabKeyFile", config.eabKeyFile());
        if (id.isEmpty() != file.isEmpty()) {
            throw new InvalidSettingException(
                    id.isEmpty() ? "eabKeyFile" : "eabKeyId", "eabKeyId and eabKeyFile go together, or neither");
        }
        return file.map(path -> new External(id, path));
    }

    private static ChallengeType challenge(String text) {
        return switch (text) {
            case "http-01" -> ChallengeType.HTTP_01;
            case "dns-01" -> ChallengeType.DNS_01;
            default -> throw new InvalidSettingException("challenge", "must be http-01 or dns-01: " + text);
        };
    }

    private static Optional<Updates> updates(Config config) {
        // All keys are checked, also those that nothing uses while no server is set: better now than on the day it is.
        var keyFile = path("dnsKeyFile", config.dnsKeyFile());
        var zone = config.dnsZone().isEmpty() ? Optional.<String>empty() : Optional.of(zone(config.dnsZone()));
        var text = config.dnsServer();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int colon = text.lastIndexOf(':');
        var host = text;
        int port = 53;
        if (text.startsWith("[") && colon < text.length() && text.contains("]")) {
            int end = text.indexOf(']');
            host = text.substring(1, end);
            var rest = text.substring(end + 1);
            port = rest.isEmpty() ? 53 : rest.startsWith(":") ? number(rest.substring(1)) : -1;
        } else if (colon >= 0 && text.indexOf(':') == colon) {
            host = text.substring(0, colon);
            port = number(text.substring(colon + 1));
        }
        if (port < 1 || port > 65535 || !isHost(host)) {
            throw new InvalidSettingException("dnsServer", "want an address or a name, or one with :PORT: " + text);
        }
        return Optional.of(new Updates(host, port, keyFile, zone));
    }

    private static boolean isHost(String text) {
        try {
            if (text.indexOf(':') >= 0) {
                InetAddress.ofLiteral(text);
            } else {
                Domain.parse(text);
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String zone(String text) {
        try {
            return Domain.parse(text.endsWith(".") ? text.substring(0, text.length() - 1) : text)
                    .ascii();
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException("dnsZone", "want a domain: " + text);
        }
    }

    private static Optional<InetAddress> address(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("httpAddress", "want an IPv4 or IPv6 address, or nothing: " + text);
        }
    }

    private static int port(String key, int port) {
        if (port < 1 || port > 65535) {
            throw new InvalidSettingException(key, "must be 1 to 65535: " + port);
        }
        return port;
    }

    private static Optional<Path> path(String key, String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            throw new InvalidSettingException(key, "not a file's name: " + text);
        }
    }

    private static String line(String key, String text) {
        if (text.length() > 200 || text.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSettingException(key, "want at most 200 characters on one line");
        }
        return text;
    }

    private static String word(String key, String text) {
        if (!WORD.matcher(text).matches()) {
            throw new InvalidSettingException(key, "want letters, digits, . _ - or nothing: " + text);
        }
        return text;
    }

    private static Duration duration(String key, String text, Duration least, Duration most) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT10M: " + text);
        }
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + text);
        }
        return duration;
    }
}
