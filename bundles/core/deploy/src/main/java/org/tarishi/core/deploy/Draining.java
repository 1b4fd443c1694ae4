package org.tarishi.core.deploy;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/** Bundles that serve the transactions which began with them, and go with the last of these. Guarded by the installer's lock. */
final class Draining {

    private static final Logger LOG = LoggerFactory.getLogger(Draining.class);

    /** The old one in force and two that drain: a fourth would mean that updates come faster than transactions end. */
    private static final int MOST = 2;

    private final ReentrantLock lock;
    private final Leaving leaving;
    private final Condition ended;
    private final Map<String, Set<Bundle>> byName = new HashMap<>();

    Draining(ReentrantLock lock, Leaving leaving) {
        this.lock = lock;
        this.leaving = leaving;
        this.ended = lock.newCondition();
    }

    /** Lets a bundle go when nothing holds it any more. */
    void add(String symbolicName, Bundle old, PluginSwitch chains) {
        add(symbolicName, old, chains.whenIdle(old.getBundleId()));
    }

    /** The same, where somebody else tells when nothing holds it. */
    void add(String symbolicName, Bundle old, CompletionStage<?> isFree) {
        byName.computeIfAbsent(symbolicName, name -> new LinkedHashSet<>()).add(old);
        var _ = isFree.whenComplete((nothing, failure) ->
                Thread.ofVirtual().name("drained " + old).start(() -> drained(symbolicName, old)));
    }

    /** Returns the names of all bundles of which a version drains. */
    Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    private void drained(String symbolicName, Bundle old) {
        lock.lock();
        try {
            if (leave(symbolicName, old)) {
                leaving.takeOut(old);
                LOG.debug("{} {} has drained", old.getSymbolicName(), old.getVersion());
            }
        } finally {
            lock.unlock();
        }
    }

    boolean has(String symbolicName, Bundle bundle) {
        return byName.getOrDefault(symbolicName, Set.of()).contains(bundle);
    }

    /** Ends a bundle's drain; false when it did not drain, because it was put in force again meanwhile. */
    boolean leave(String symbolicName, Bundle bundle) {
        var left = byName.get(symbolicName);
        if (left == null || !left.remove(bundle)) {
            return false;
        }
        if (left.isEmpty()) {
            byName.remove(symbolicName);
        }
        ended.signalAll();
        return true;
    }

    /** Waits, and gives the lock away meanwhile, until there is a place for one more. */
    void awaitPlace(String symbolicName, Duration most) throws PluginRefusedException {
        long left = most.toNanos();
        try {
            while (byName.getOrDefault(symbolicName, Set.of()).size() >= MOST) {
                if (left <= 0) {
                    throw new PluginRefusedException("two older versions of " + symbolicName
                            + " still have transactions to end: try again later");
                }
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginRefusedException("the server is stopping");
        }
    }
}
