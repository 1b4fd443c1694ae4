package org.tarishi.core.hooks;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many threads carry the virtual ones.
 *
 * <p>A virtual thread that computes without end keeps its carrier, interrupted or not; as many of them as there are carriers stop all
 * others. So there is one more carrier for each call that is known to be stuck, and one more, for a while, whenever a virtual thread
 * that only wants to say that it runs does not get to it.
 */
final class Carriers {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    /** For how many rounds of the watchdog a virtual thread may wait for its turn before carriers count as held up: half a second. */
    private static final int PATIENCE = 10;

    /** For how many rounds all must be well before carriers that were added for the time being are taken back: a minute. */
    private static final int CALM = 1200;

    private final IntSupplier get;
    private final IntConsumer set;
    private final int usual;
    private int held;
    private int added;
    private AtomicBoolean beat = new AtomicBoolean(true);
    private int waited;
    private int calm;

    Carriers(IntSupplier get, IntConsumer set) {
        this.get = get;
        this.set = set;
        this.usual = get.getAsInt();
    }

    /** Returns those of this JVM. */
    static Carriers ofThisJvm() {
        var scheduler = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
        return new Carriers(scheduler::getParallelism, scheduler::setParallelism);
    }

    /** Sees, several times a second, whether virtual threads get their turn. */
    synchronized void round(int most) {
        if (beat.get()) {
            waited = 0;
            if (added > 0 && ++calm > CALM) {
                added = 0;
                adjust(most);
            }
            var next = new AtomicBoolean();
            beat = next;
            Thread.ofVirtual().name("tarishi-heartbeat").start(() -> next.set(true));
        } else if (++waited >= PATIENCE) {
            waited = 0;
            calm = 0;
            nudge();
            if (usual + held + added < most) {
                added++;
                adjust(most);
                LOG.warn(
                        "virtual threads wait for a carrier, something computes without end: now {} carriers",
                        get.getAsInt());
            }
        }
    }

    /** A call is stuck. */
    synchronized void held(int most) {
        held++;
        // the one that was added when nobody knew why is that one
        added = Math.max(0, added - 1);
        adjust(most);
    }

    /** A stuck call has come back. */
    synchronized void freed() {
        held = Math.max(0, held - 1);
        adjust(Integer.MAX_VALUE);
    }

    /** Goes back to what was usual. */
    synchronized void close() {
        if (held + added > 0) {
            held = 0;
            added = 0;
            adjust(Integer.MAX_VALUE);
        }
    }

    private void adjust(int most) {
        int wanted = Math.min(usual + held + added, Math.max(usual, most));
        if (wanted != get.getAsInt()) {
            set.accept(wanted);
            nudge();
        }
    }

    /**
     * Has the scheduler look at how many carriers it may have.
     *
     * <p>ForkJoinPool does so when something is put into an empty queue, and not when its parallelism is set. Each thread puts into a queue
     * chosen by the thread, and ours is full of what waits: so a new thread does it.
     */
    private static void nudge() {
        Thread.ofPlatform()
                .name("tarishi-nudge")
                .daemon()
                .start(() -> Thread.ofVirtual().name("tarishi-nudge").start(() -> {}));
    }
}
