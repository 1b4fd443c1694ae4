package org.tarishi.plugin.outboundwebhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param url where events are posted to; nothing for nowhere
 * @param kinds which events
 * @param domains tables of domains whose events are posted; empty for all
 * @param secretFile where the key lies that posts are signed with
 * @param authorizationFile where the value of the Authorization field lies
 * @param trustedCa the authorities of the web server
 * @param batchSize most events of a post
 * @param batchWait how long one that is not full waits for more
 * @param timeout how long a post may take
 * @param retry the first wait after a failure
 * @param longestRetry the longest
 * @param spoolBytes most bytes that wait
 * @param isOldestDropped whether old events make room for new ones
 */
@SettingsFor(Settings.PID)
record Settings(
        Optional<URI> url,
        Set<Kind> kinds,
        List<String> domains,
        Optional<Path> secretFile,
        Optional<Path> authorizationFile,
        Optional<Path> trustedCa,
        int batchSize,
        Duration batchWait,
        Duration timeout,
        Duration retry,
        Duration longestRetry,
        long spoolBytes,
        boolean isOldestDropped) {

    static final String PID = "org.tarishi.plugin.outbound-webhook";

    private static final Pattern TABLE = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+");

    Settings(Config config) {
        this(
                url(config.url().strip(), config.allowHttp()),
                kinds(config.events()),
                tables(config.domains()),
                path("secretFile", config.secretFile()),
                path("authorizationFile", config.authorizationFile()),
                path("trustedCa", config.trustedCa()),
                config.batchSize(),
                duration("batchWait", config.batchWait(), Duration.ZERO, Duration.ofMinutes(1)),
                duration("timeout", config.timeout(), Duration.ofSeconds(1), Duration.ofMinutes(5)),
                duration("retry", config.retry(), Duration.ofSeconds(1), Duration.ofHours(1)),
                duration("longestRetry", config.longestRetry(), Duration.ofSeconds(1), Duration.ofDays(1)),
                config.spoolBytes(),
                isOldestDropped(config.whenFull()));
    }

    Settings {
        kinds = Set.copyOf(kinds);
        domains = List.copyOf(domains);
        if (batchSize < 1 || batchSize > 1000) {
            throw new InvalidSettingException("batchSize", "must be 1 to 1000: " + batchSize);
        }
        if (spoolBytes < 1L << 20 || spoolBytes > 10L << 30) {
            throw new InvalidSettingException("spoolBytes", "must be 1048576 to 10737418240: " + spoolBytes);
        }
        if (longestRetry.compareTo(retry) < 0) {
            throw new InvalidSettingException("longestRetry", "must be retry, or longer: " + longestRetry);
        }
    }

    private static Optional<URI> url(String text, boolean isHttpAllowed) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            // its message holds the text, in which there may be a password
            throw new InvalidSettingException("url", "not a URL");
        }
        boolean isHttp = "http".equalsIgnoreCase(url.getScheme());
        if ((!isHttp && !"https".equalsIgnoreCase(url.getScheme())) || url.getHost() == null) {
            throw new InvalidSettingException("url", "want https://host/path");
        }
        if (url.getRawUserInfo() != null) {
            throw new InvalidSettingException("url", "a password belongs into the file of authorizationFile");
        }
        if (isHttp && !isHttpAllowed && !isThisMachine(url.getHost())) {
            throw new InvalidSettingException(
                    "url", "want https for another machine: addresses would be read on the way; allowHttp allows it");
        }
        return Optional.of(url);
    }

    private static boolean isThisMachine(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
                    .isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Set<Kind> kinds(String... words) {
        var kinds = EnumSet.noneOf(Kind.class);
        for (var word : words) {
            kinds.add(Arrays.stream(Kind.values())
                    .filter(kind -> kind.word().equals(word.strip().toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new InvalidSettingException(
                            "events", "want queued, delivered, deferred or bounced: " + word)));
        }
        return kinds;
    }

    private static List<String> tables(String... names) {
        for (var name : names) {
            if (!TABLE.matcher(name).matches()) {
                throw new InvalidSettingException("domains", "want scheme:name, such as file:webhook_domains: " + name);
            }
        }
        return List.of(names);
    }

    private static Optional<Path> path(String key, String text) {
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text.strip()));
        } catch (InvalidPathException e) {
            throw new InvalidSettingException(key, "not a path");
        }
    }

    private static Duration duration(String key, String text, Duration shortest, Duration longest) {
        Duration duration;
        try {
            duration = Duration.parse(text.strip());
        } catch (DateTimeException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT1S: " + text);
        }
        if (duration.compareTo(shortest) < 0 || duration.compareTo(longest) > 0) {
            throw new InvalidSettingException(key, "must be " + shortest + " to " + longest + ": " + text);
        }
        return duration;
    }

    private static boolean isOldestDropped(String text) {
        return switch (text) {
            case "oldest" -> true;
            case "newest" -> false;
            default -> throw new InvalidSettingException("whenFull", "want oldest or newest: " + text);
        };
    }
}
