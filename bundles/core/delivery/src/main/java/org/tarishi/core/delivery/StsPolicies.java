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
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Domain;
import org.tarishi.api.Text;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.LookupException;
import org.tarishi.core.spi.TlsResults.Fault;

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
    private final Unhad unhad;
    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(64).toArray(ReentrantLock[]::new);
    private final Failures failures = new Failures();

    /** Is told of policies that can't be had. */
    @FunctionalInterface
    interface Unhad {
        void told(String domain, Fault fault, String why);
    }

    StsPolicies(Dns dns, StsFetcher fetcher, StsStore store, Clock clock, Unhad unhad) {
        this.unhad = unhad;
        this.dns = dns;
        this.fetcher = fetcher;
        this.store = store;
        this.clock = clock;
    }

    /**
     * Returns the policy that holds for a domain now, if there is one that demands or asks anything.
     *
     * @param from see {@link StsFetcher#fetch}
     */
    Optional<StsPolicy> of(Domain domain, StsFetcher.From from) {
        var name = domain.ascii().toLowerCase(java.util.Locale.ROOT);
        var id = id(name);
        var known = held(name);
        if (id.isEmpty() || known.map(kept -> isCurrent(kept, id.get())).orElse(false)) {
            return meant(known.map(StsStore.Kept::policy));
        }
        // One at a time for a domain: the others then find what it has fetched.
        var lock = locks[Math.floorMod(name.hashCode(), locks.length)];
        lock.lock();
        try {
            var now = held(name);
            if (now.map(kept -> isCurrent(kept, id.get())).orElse(false) || failures.isRecent(name, clock.instant())) {
                return meant(now.map(StsStore.Kept::policy));
            }
            return meant(fetched(name, id.get(), from).or(() -> now.map(StsStore.Kept::policy)));
        } finally {
            lock.unlock();
        }
    }

    /**
     * One that has half of its time behind it is fetched anew although its id is the same, so that it never ends while its domain means it
     * (section 3.3): who keeps the web server away for a while gains nothing.
     */
    private boolean isCurrent(StsStore.Kept kept, String id) {
        return kept.id().equals(id)
                && clock.instant()
                        .isBefore(kept.fetched().plus(kept.policy().maxAge().dividedBy(2)));
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

    private Optional<StsPolicy> fetched(String domain, String id, StsFetcher.From from) {
        try {
            var text = fetcher.fetch(domain, from);
            var policy = StsPolicy.parse(text);
            store.put(domain, id, clock.instant(), text, policy);
            LOG.info("the MTA-STS policy of {} is {}, for {}", domain, policy.mode(), policy.maxAge());
            return Optional.of(policy);
        } catch (IOException | IllegalArgumentException e) {
            var why = Text.escaped(Shown.why(e));
            LOG.warn("the MTA-STS policy of {} can't be had: {}", domain, why);
            failures.add(domain, clock.instant());
            unhad.told(domain, fault(e), why);
            return Optional.empty();
        }
    }

    private static Fault fault(Exception e) {
        return e instanceof SSLException
                ? Fault.STS_WEBPKI_INVALID
                : e instanceof IllegalArgumentException ? Fault.STS_POLICY_INVALID : Fault.STS_POLICY_FETCH_ERROR;
    }

    /** Returns the policy that a domain was seen with last, without asking anybody. */
    Optional<StsPolicy> known(String domain) {
        return meant(held(domain).map(StsStore.Kept::policy));
    }

    /** When fetches have failed; bounded. */
    private static final class Failures {
        private final Map<String, Instant> times = new LinkedHashMap<>();

        synchronized boolean isRecent(String domain, Instant now) {
            var at = times.get(domain);
            return at != null && now.isBefore(at.plus(PAUSE));
        }

        synchronized void add(String domain, Instant now) {
            times.remove(domain);
            times.put(domain, now);
            if (times.size() > MOST_FAILURES) {
                times.remove(times.keySet().iterator().next());
            }
        }
    }
}
