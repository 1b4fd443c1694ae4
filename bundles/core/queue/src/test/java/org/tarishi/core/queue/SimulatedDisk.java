package org.tarishi.core.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that knows what was forced, and forgets any part of the rest.
 *
 * <p>Every operation has a number. At one of them the power fails, or the operation does. What is left after that is asked for by {@link
 * #afterPowerCut}: names that were not forced are there or not, sectors that were not forced are old or new, each by itself. A force
 * that fails loses what it should have written, though it can still be read, and says nothing the next time: as Linux does.
 */
final class SimulatedDisk implements Disk {

    /** What the power cut leaves of writes that were not forced. */
    enum Tear {
        NOTHING,
        EVERYTHING,
        BEGINNING,
        SECTORS
    }

    private static final int SECTOR = 512;

    /** What a file is made larger by at most, whatever it is asked. */
    private static final int RESERVE = 3000;

    private final TreeMap<String, Stored> names = new TreeMap<>();
    private final TreeMap<String, Stored> safeNames = new TreeMap<>();
    private final RandomGenerator random;
    private int operations;
    private int cutAt = Integer.MAX_VALUE;
    private int failAt = Integer.MAX_VALUE;
    private String failWith = "Input/output error";
    private int failFor = 1;
    private boolean isCut;

    private static final class Stored {
        byte[] now = {};
        byte[] safe = {};
        /** What was written since, not forced, and may get to the disk all the same. */
        final List<Change> changes = new ArrayList<>();
    }

    /** Bytes at a place, or null for an end. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(int at, byte @Nullable [] bytes) {}

    SimulatedDisk(RandomGenerator random) {
        this.random = random;
    }

    /** Has the power fail at an operation from now. */
    synchronized SimulatedDisk cutAt(int operation) {
        cutAt = operations + operation;
        return this;
    }

    /** Has some operations fail. */
    synchronized SimulatedDisk failAt(int operation, int count, String how) {
        failAt = operations + operation;
        failFor = count;
        failWith = how;
        return this;
    }

    synchronized int operations() {
        return operations;
    }

    synchronized boolean isCut() {
        return isCut;
    }

    /** Returns the disk as a killed process leaves it. */
    synchronized SimulatedDisk afterKill() {
        var next = new SimulatedDisk(random);
        names.forEach((name, stored) -> {
            var copy = copy(stored);
            next.names.put(name, copy);
            if (safeNames.get(name) == stored) {
                next.safeNames.put(name, copy);
            }
        });
        return next;
    }

    private static Stored copy(Stored stored) {
        var copy = new Stored();
        copy.now = stored.now.clone();
        copy.safe = stored.safe.clone();
        copy.changes.addAll(stored.changes);
        return copy;
    }

    /** Returns what the power cut has left. */
    synchronized SimulatedDisk afterPowerCut(Tear tear) {
        var next = new SimulatedDisk(random);
        var all = new TreeSet<>(names.keySet());
        all.addAll(safeNames.keySet());
        for (var name : all) {
            var safe = safeNames.get(name);
            var now = names.get(name);
            boolean takesNow = safe == now
                    || switch (tear) {
                        case NOTHING -> false;
                        case EVERYTHING -> true;
                        case BEGINNING, SECTORS -> random.nextBoolean();
                    };
            var stored = takesNow ? now : safe;
            if (stored != null) {
                var left = new Stored();
                left.now = torn(stored, tear);
                left.safe = left.now;
                next.names.put(name, left);
                next.safeNames.put(name, left);
            }
        }
        return next;
    }

    private byte[] torn(Stored stored, Tear tear) {
        var bytes = stored.safe.clone();
        int last = stored.changes.size();
        int until = tear == Tear.BEGINNING ? random.nextInt(last + 1) : last;
        for (int i = 0; i < last && tear != Tear.NOTHING; i++) {
            var change = stored.changes.get(i);
            boolean isPart = tear == Tear.BEGINNING && i == until;
            if (tear == Tear.BEGINNING && i > until) {
                break;
            }
            if (change.bytes == null) {
                if (tear != Tear.SECTORS || random.nextBoolean()) {
                    bytes = Arrays.copyOf(bytes, Math.min(bytes.length, change.at));
                }
            } else {
                int length = isPart ? random.nextInt(change.bytes.length + 1) : change.bytes.length;
                bytes = apply(bytes, change.at, change.bytes, length, tear == Tear.SECTORS);
            }
        }
        return bytes;
    }

    private byte[] apply(byte[] bytes, int at, byte[] change, int length, boolean bySectors) {
        var to = bytes;
        for (int from = 0; from < length; ) {
            int end = Math.min(length, ((at + from) / SECTOR + 1) * SECTOR - at);
            if (!bySectors || random.nextBoolean()) {
                to = Arrays.copyOf(to, Math.max(to.length, at + end));
                System.arraycopy(change, from, to, at + from, end - from);
            }
            from = end;
        }
        return to;
    }

    /** Changes a byte that was safe. */
    synchronized void damage(String name, int at) {
        var stored = Objects.requireNonNull(names.get(name));
        stored.now[at] ^= 0x5a;
        stored.safe[at] = stored.now[at];
    }

    synchronized int size(String name) {
        return Objects.requireNonNull(names.get(name)).now.length;
    }

    synchronized boolean has(String name) {
        return names.containsKey(name);
    }

    private void step() throws IOException {
        operations++;
        if (operations >= cutAt) {
            isCut = true;
        }
        if (isCut) {
            throw new IOException("the power is off");
        }
        if (operations >= failAt && operations < failAt + failFor) {
            throw new IOException(failWith);
        }
    }

    @Override
    public void makeFolders() {}

    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public synchronized void forEachName(String folder, Consumer<String> then) {
        for (var name : List.copyOf(names.keySet())) {
            if (name.startsWith(folder + "/")) {
                then.accept(name.substring(folder.length() + 1));
            }
        }
    }

    @Override
    public synchronized DiskFile create(String name) throws IOException {
        step();
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        var stored = new Stored();
        names.put(name, stored);
        return new SimulatedFile(stored, 0);
    }

    @Override
    public synchronized DiskFile open(String name) throws IOException {
        return new SimulatedFile(stored(name), 0);
    }

    @Override
    public synchronized DiskFile append(String name) throws IOException {
        var stored = stored(name);
        return new SimulatedFile(stored, stored.now.length);
    }

    private Stored stored(String name) throws IOException {
        var stored = names.get(name);
        if (stored == null) {
            throw new NoSuchFileException(name);
        }
        return stored;
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        step();
        names.remove(name);
    }

    @Override
    public synchronized void forceFolder(String folder) throws IOException {
        step();
        safeNames.keySet().removeIf(name -> name.startsWith(folder + "/"));
        names.forEach((name, stored) -> {
            if (name.startsWith(folder + "/")) {
                safeNames.put(name, stored);
            }
        });
    }

    @Override
    public long usableSpace() {
        return Long.MAX_VALUE;
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "simulated disk";
    }

    private final class SimulatedFile implements DiskFile {

        private final Stored stored;
        private int position;

        SimulatedFile(Stored stored, int position) {
            this.stored = stored;
            this.position = position;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            synchronized (SimulatedDisk.this) {
                int n = (int) Math.min(into.remaining(), stored.now.length - position);
                if (n <= 0) {
                    return into.hasRemaining() ? -1 : 0;
                }
                into.put(stored.now, (int) position, n);
                return n;
            }
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            synchronized (SimulatedDisk.this) {
                var all = new byte[bytes.remaining()];
                bytes.get(all);
                try {
                    step();
                } catch (IOException e) {
                    // Some of it is there all the same.
                    write(Arrays.copyOf(all, random.nextInt(all.length + 1)));
                    throw e;
                }
                write(all);
            }
        }

        private void write(byte[] all) {
            write(all, position);
            position += all.length;
        }

        private void write(byte[] all, int at) {
            stored.now = Arrays.copyOf(stored.now, Math.max(stored.now.length, at + all.length));
            System.arraycopy(all, 0, stored.now, at, all.length);
            stored.changes.add(new Change(at, all));
        }

        @Override
        public void reserve(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                // Not as far as was asked for, so that a file grows often.
                int at = stored.now.length;
                int length = (int) Math.max(0, Math.min(size - at, RESERVE));
                try {
                    step();
                } catch (IOException e) {
                    write(new byte[random.nextInt(length + 1)], at);
                    throw e;
                }
                write(new byte[length], at);
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                step();
                stored.now = Arrays.copyOf(stored.now, (int) Math.min(size, stored.now.length));
                position = (int) size;
                stored.changes.add(new Change((int) size, null));
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (SimulatedDisk.this) {
                try {
                    step();
                } catch (IOException e) {
                    if (!isCut) {
                        // Some of it got there; the rest is given up, and the next force will not know.
                        stored.safe = torn(stored, Tear.SECTORS);
                        stored.changes.clear();
                    }
                    throw e;
                }
                // What an earlier force has given up is not there, whatever can be read.
                for (var change : stored.changes) {
                    stored.safe = change.bytes == null
                            ? Arrays.copyOf(stored.safe, Math.min(stored.safe.length, change.at))
                            : apply(stored.safe, change.at, change.bytes, change.bytes.length, false);
                }
                stored.changes.clear();
            }
        }

        @Override
        public long size() {
            synchronized (SimulatedDisk.this) {
                return stored.now.length;
            }
        }

        @Override
        public void close() {}
    }
}
