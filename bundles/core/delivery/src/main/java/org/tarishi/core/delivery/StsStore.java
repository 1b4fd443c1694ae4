package org.tarishi.core.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Policies that were fetched, kept over restarts: a file each, which begins with the id and the time. Those that were used longest ago
 * go when there are too many. Any thread; a file that can't be read or written costs a new fetch.
 */
final class StsStore {

    private static final Logger LOG = LoggerFactory.getLogger(StsStore.class);

    private static final int MOST = 10_000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");
    private static final Pattern FORM =
            Pattern.compile("id: ([A-Za-z0-9]{1,32})\nfetched: (\\S+)\n\n(.*)", Pattern.DOTALL);

    /**
     * A policy as it was fetched.
     *
     * @param id what its record in DNS said (RFC 8461 section 3.1)
     */
    record Kept(String id, Instant fetched, StsPolicy policy) {

        /** Tells whether it still holds. */
        boolean holds(Instant now) {
            return now.isBefore(fetched.plus(policy.maxAge()));
        }
    }

    private final Path folder;
    private final Map<String, Kept> memory = new LinkedHashMap<>(16, 0.75f, true);

    StsStore(Path folder) {
        this.folder = folder;
    }

    /** Returns what is kept of a domain, whether it still holds or not. */
    synchronized Optional<Kept> get(String domain) {
        var known = memory.get(domain);
        if (known != null) {
            return Optional.of(known);
        }
        if (!NAME.matcher(domain).matches() || !Files.exists(folder.resolve(domain))) {
            return Optional.empty();
        }
        try {
            var match = FORM.matcher(Files.readString(folder.resolve(domain)));
            if (match.matches()) {
                var read = new Kept(match.group(1), Instant.parse(match.group(2)), StsPolicy.parse(match.group(3)));
                remember(domain, read);
                return Optional.of(read);
            }
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            LOG.warn("the kept MTA-STS policy of {} can't be read, and is fetched anew: {}", domain, e.toString());
        }
        return Optional.empty();
    }

    /** Keeps one. */
    synchronized void put(String domain, String id, Instant fetched, String text, StsPolicy policy) {
        remember(domain, new Kept(id, fetched, policy));
        if (!NAME.matcher(domain).matches()) {
            return;
        }
        try {
            Files.createDirectories(folder);
            // A leading dot: no domain has that.
            var beside = Files.writeString(
                    folder.resolve("." + domain), "id: " + id + "\nfetched: " + fetched + "\n\n" + text);
            Files.move(
                    beside,
                    folder.resolve(domain),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("the MTA-STS policy of {} is kept in memory alone: {}", domain, e.toString());
        }
    }

    private void remember(String domain, Kept kept) {
        memory.put(domain, kept);
        if (memory.size() > MOST) {
            var eldest = memory.keySet().iterator().next();
            memory.remove(eldest);
            try {
                Files.deleteIfExists(folder.resolve(eldest));
            } catch (IOException e) {
                LOG.debug("{} stays: {}", eldest, e.toString());
            }
        }
    }
}
