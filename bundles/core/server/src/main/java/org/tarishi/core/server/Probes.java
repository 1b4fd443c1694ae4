package org.tarishi.core.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How much there is of what a server lives on. Asked about once a second, by one thread; the disk may make it wait. */
interface Probes {

    /** Returns what a garbage collection left free of the heap, in percent; nothing where none has been yet. */
    OptionalLong freeHeap();

    /** Returns the octets that are free for the data; nothing where that can't be told. */
    OptionalLong freeDisk();

    /** Returns how many file descriptors may be opened yet; nothing where that can't be told. */
    OptionalLong freeDescriptors();

    /** Returns by how much the latest of the event loops is late. */
    Duration lag();

    /** Those of this process. */
    static Probes ofThisProcess(Iterable<EventExecutor> loops, Path folder) {
        return new OfThisProcess(loops, folder);
    }

    /** The probes of a process; tells lag by a task that each loop gets to run or does not. */
    final class OfThisProcess implements Probes {

        private final Path folder;
        private @Nullable FileStore disk;
        private final List<Beat> beats = new ArrayList<>();
        private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();

        private OfThisProcess(Iterable<EventExecutor> loops, Path folder) {
            this.folder = folder;
            loops.forEach(loop -> beats.add(new Beat(loop)));
        }

        @Override
        public OptionalLong freeHeap() {
            long most = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax();
            long left = 0;
            for (var pool : pools) {
                // What was in use behind the last collection that tried to empty this pool; less, where less is in use
                // now.
                var collected = pool.getCollectionUsage();
                if (collected != null) {
                    left += Math.min(collected.getUsed(), pool.getUsage().getUsed());
                }
            }
            return left == 0 || most <= 0 ? OptionalLong.empty() : OptionalLong.of(100 - left * 100 / most);
        }

        @Override
        public OptionalLong freeDisk() {
            try {
                var store = disk;
                if (store == null) {
                    store = Files.getFileStore(folder);
                    disk = store;
                }
                return OptionalLong.of(store.getUsableSpace());
            } catch (IOException e) {
                // Who writes there will say so; it need not be a shortage.
                return OptionalLong.empty();
            }
        }

        @Override
        public OptionalLong freeDescriptors() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    ? OptionalLong.of(unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount())
                    : OptionalLong.empty();
        }

        @Override
        public Duration lag() {
            long worst = 0;
            for (var beat : beats) {
                worst = Math.max(worst, beat.lag());
            }
            return Duration.ofNanos(worst);
        }

        /** A task on a loop, sent again when it has run. */
        private static final class Beat implements Runnable {

            private final EventExecutor loop;
            private long sent;
            private volatile long ran;
            private volatile boolean underway;

            Beat(EventExecutor loop) {
                this.loop = loop;
            }

            @Override
            public void run() {
                ran = System.nanoTime();
                underway = false;
            }

            /** Returns how long the last task waited or has been waiting, and sends the next where it has run. */
            long lag() {
                if (underway) {
                    return System.nanoTime() - sent;
                }
                long lag = sent == 0 ? 0 : ran - sent;
                sent = System.nanoTime();
                underway = true;
                loop.execute(this);
                return lag;
            }
        }
    }
}
