package org.tarishi.core.delivery;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Domain;
import org.tarishi.api.Text;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.LookupException;

/**
 * The policies of domains (RFC 8461): looked up, fetched, kept for as long as they hold. Blocks; any thread.
 *
 * <p>Whatever can't be had, a policy that was had before still holds (section 5.1); who has none is not held up by a failure.
 */
final class StsPolicies {

    private static final Logger LOG = LoggerFactory.getLogger(StsPolicies.class);

    /** How long a policy that could not be fetched is not asked for again (section 3.3). */
    private static final Duration PAUSE = Duration.ofMinutes(5);

    private static final int MOST_FAILURES = 10_000;
    private static final Pattern ID =
            Pattern.compile("v=STSv1\\s*;(?:.*;)?\\s*id\\s*=\\s*([A-Za-z0-9]{1,32})\\s*(?:;.*)?");

    private final Dns dns;
    private final StsFetcher fetcher;
    private final StsStore store;
    private final Clock clock;
    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(64).toArray(ReentrantLock[]::new);
    private final Map<String, Instant> failures = new LinkedHashMap<>();

    StsPolicies(Dns dns, StsFetcher fetcher, StsStore store, Clock clock) {
        this.dns = dns;
        this.fetcher = fetcher;
        this.store = store;
        this.clock = clock;
    }

    /** Returns the policy that holds for a domain now, if there is one that demands or asks anything. */
    Optional<StsPolicy> of(Domain domain) {
        var name = domain.ascii().toLowerCase(java.util.Locale.ROOT);
        var id = id(name);
        var known = held(name);
        if (id.isEmpty() || known.map(kept -> kept.id().equals(id.get())).orElse(false)) {
            return meant(known.map(StsStore.Kept::policy));
        }
        // One at a time for a domain: the others then find what it has fetched.
        var lock = locks[Math.floorMod(name.hashCode(), locks.length)];
        lock.lock();
        try {
            var now = held(name);
            if (now.map(kept -> kept.id().equals(id.get())).orElse(false) || hasFailed(name)) {
                return meant(now.map(StsStore.Kept::policy));
            }
            return meant(fetched(name, id.get()).or(() -> now.map(StsStore.Kept::policy)));
        } finally {
            lock.unlock();
        }
    }

    private static Optional<StsPolicy> meant(Optional<StsPolicy> policy) {
        return policy.filter(each -> each.mode() != StsPolicy.Mode.NONE);
    }

    private Optional<StsStore.Kept> held(String domain) {
        return store.get(domain).filter(kept -> kept.holds(clock.instant()));
    }

    /** Section 3.1: the one record that begins with the version; several are none. */
    private Optional<String> id(String domain) {
        try {
            var records = dns.records("_mta-sts." + domain, "TXT").records().stream()
                    .map(StsPolicies::text)
                    .filter(text -> text.startsWith("v=STSv1"))
                    .toList();
            if (records.size() != 1) {
                return Optional.empty();
            }
            var match = ID.matcher(records.getFirst());
            return match.matches() ? Optional.of(match.group(1)) : Optional.empty();
        } catch (LookupException e) {
            LOG.debug("the MTA-STS record of {} is not known now: {}", domain, e.getMessage());
            return Optional.empty();
        }
    }

    /** Takes the quotation marks of the presentation form off; those who have any use for others are not read. */
    private static String text(String presentation) {
        return presentation.replace("\" \"", "").replace("\"", "").strip();
    }

    private Optional<StsPolicy> fetched(String domain, String id) {
        try {
            var text = fetcher.fetch(domain);
            var policy = StsPolicy.parse(text);
            store.put(domain, id, clock.instant(), text, policy);
            LOG.info("the MTA-STS policy of {} is {}, for {}", domain, policy.mode(), policy.maxAge());
            return Optional.of(policy);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the MTA-STS policy of {} can't be had: {}", domain, Text.escaped(Shown.why(e)));
            failed(domain);
            return Optional.empty();
        }
    }

    private boolean hasFailed(String domain) {
        synchronized (failures) {
            var at = failures.get(domain);
            return at != null && clock.instant().isBefore(at.plus(PAUSE));
        }
    }

    private void failed(String domain) {
        synchronized (failures) {
            failures.remove(domain);
            failures.put(domain, clock.instant());
            if (failures.size() > MOST_FAILURES) {
                failures.remove(failures.keySet().iterator().next());
            }
        }
    }
}
