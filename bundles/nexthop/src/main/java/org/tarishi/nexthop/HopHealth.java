package org.tarishi.nexthop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.tarishi.api.outbound.Route;

/**
 * Remembers which next hops did not serve.
 *
 * <p>One that failed is left out for a time. Then one message, and after the same time another one, is a probe: it goes there first, and
 * elsewhere when that fails. Where all are left out, the one that failed longest ago is tried all the same: so a single next hop is
 * always tried, and a dead pool costs each message one attempt. Any thread; what is kept is bounded.
 */
public final class HopHealth {

    private static final int MOST = 10_000;

    private final LongSupplier nanos;
    private final AtomicInteger turn = new AtomicInteger();
    private final LinkedHashMap<String, Failure> failures = new LinkedHashMap<>();

    /** When one failed last, and since when a probe has been under way. */
    private static final class Failure {
        long at;
        long looked;
    }

    /**
     * Makes one that thinks well of all.
     *
     * @param nanos a clock that never goes back
     */
    public HopHealth(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Returns the next hops to try, in this order, at least one.
     *
     * @param hops at least one
     * @param rest how long one that failed is left out
     */
    public List<Route> order(List<Route> hops, Order order, Duration rest) {
        int count = hops.size();
        int first = order == Order.ROUND_ROBIN && count > 1 ? Math.floorMod(turn.getAndIncrement(), count) : 0;
        synchronized (failures) {
            if (failures.isEmpty() && first == 0) {
                return hops;
            }
            long now = nanos.getAsLong();
            var well = new ArrayList<Route>(count);
            Route probe = null;
            Route oldest = null;
            long age = Long.MIN_VALUE;
            for (int i = 0; i < count; i++) {
                var hop = hops.get((first + i) % count);
                var failure = failures.get(key(hop));
                if (failure == null) {
                    well.add(hop);
                    continue;
                }
                if (probe == null && now - failure.looked >= rest.toNanos()) {
                    failure.looked = now;
                    probe = hop;
                } else if (now - failure.at > age) {
                    age = now - failure.at;
                    oldest = hop;
                }
            }
            if (probe != null) {
                well.addFirst(probe);
            } else if (well.isEmpty() && oldest != null) {
                well.add(oldest);
            }
            return well;
        }
    }

    /** Notes that one did not serve. */
    public void failed(Route hop) {
        long now = nanos.getAsLong();
        synchronized (failures) {
            if (failures.size() >= MOST) {
                failures.pollFirstEntry();
            }
            var failure = new Failure();
            failure.at = now;
            failure.looked = now;
            failures.put(key(hop), failure);
        }
    }

    /**
     * Notes that one served.
     *
     * @return whether it had failed before
     */
    public boolean served(Route hop) {
        synchronized (failures) {
            return !failures.isEmpty() && failures.remove(key(hop)) != null;
        }
    }

    /** Which host it is, whoever logs in there: a route's text has no more. */
    private static String key(Route hop) {
        return hop.toString();
    }
}
