package org.tarishi.core.queue;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.StoredContent;

/** An open queue folder: its parts, and how they begin and end. */
final class Store {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    /** Numbers are the segment that a run began with, then a counter: so they are new without knowing those of former runs. */
    private static final int COUNTER_BITS = 36;

    /** A place may change while it is read; so often in a row it does not. */
    private static final int ATTEMPTS = 5;

    private final Disk disk;
    private final Closeable lock;
    private final Index index = new Index();
    private final Recent recent = new Recent();
    private final RecordReader reader;
    private final Journal journal;
    private final Bodies bodies;
    private final Changes changes;
    private final Inserts inserts;
    private final Cleaner cleaner;
    private final Capacity capacity;
    private final AtomicLong damaged = new AtomicLong();
    private final long firstNumber;
    private final Thread scan;
    private final CompletableFuture<@Nullable Void> scanned = new CompletableFuture<>();
    private final boolean cleansItself;

    /**
     * Opens a folder: mail is taken when this returns, and what was there is looked for.
     *
     * @param segmentSize when a segment has so many bytes, the next begins
     * @param cleansItself false where {@link #clean} is called instead
     */
    static Store open(
            Disk disk,
            Supplier<Settings> settings,
            IntSupplier segmentSize,
            RandomGenerator random,
            boolean cleansItself)
            throws IOException {
        disk.makeFolders();
        var lock = disk.lock();
        try {
            return new Store(disk, lock, settings, segmentSize, random, cleansItself);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private Store(
            Disk disk,
            Closeable lock,
            Supplier<Settings> settings,
            IntSupplier segmentSize,
            RandomGenerator random,
            boolean cleansItself)
            throws IOException {
        this.disk = disk;
        this.lock = lock;
        this.cleansItself = cleansItself;
        var old = segments(disk);
        journal = new Journal(disk, index, segmentSize, random, old.isEmpty() ? 0 : old.getLast());
        journal.start();
        int first = journal.number();
        firstNumber = (long) first << COUNTER_BITS;
        index.beginScan(firstNumber);
        reader = new RecordReader(disk, index, recent);
        bodies = new Bodies(disk);
        changes = new Changes(index, reader, journal, bodies, recent);
        capacity = new Capacity(disk, index, settings);
        inserts = new Inserts(journal, index, bodies, capacity, recent, settings, firstNumber + 1);
        cleaner = new Cleaner(disk, index, changes, () -> settings.get().cleanBytesPerSecond());
        scan = Thread.ofPlatform().daemon().name("queue scan").start(() -> scan(old, first));
    }

    /** Returns the numbers of the segments in a folder, ascending. */
    static List<Integer> segments(Disk disk) throws IOException {
        var numbers = new ArrayList<Integer>();
        disk.forEachName(Disk.JOURNAL, name -> SegmentFile.number(name).ifPresent(numbers::add));
        numbers.sort(null);
        return numbers;
    }

    private void scan(List<Integer> old, int first) {
        long begin = System.nanoTime();
        try {
            if (!old.isEmpty()) {
                settle(old.getLast());
            }
            new Replay(disk, index, damaged, false).run(old, first);
            index.endScan();
            dropOrphans();
            if (cleansItself) {
                cleaner.start();
            }
            var counts = index.counts();
            if (!old.isEmpty()) {
                LOG.info(
                        "{} mails queued in {}, found in {} ms",
                        counts.mails(),
                        disk,
                        (System.nanoTime() - begin) / 1_000_000);
            }
            // Who waits may do much, and must not be stopped by closing.
            Thread.startVirtualThread(() -> scanned.complete(null));
        } catch (InterruptedException e) {
            scanned.completeExceptionally(new QueueStoreException(Reason.CLOSED, "the queue is closed"));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("what is queued in {} can't be found; it stays there until the next start", disk, e);
            scanned.completeExceptionally(new QueueStoreException(Reason.FAILING, "the scan failed: " + e, e));
        }
    }

    /** Has the disk keep what the former run wrote and could not say to be safe: what is counted from now on must stay. */
    private void settle(int last) {
        try (var file = disk.append(SegmentFile.name(last))) {
            file.force();
        } catch (IOException e) {
            LOG.warn("{} in {} can't be forced to disk: {}", SegmentFile.name(last), disk, e.getMessage());
        }
    }

    private void dropOrphans() {
        if (damaged.get() > 0) {
            LOG.warn("bodies in {} that no mail names are kept, for their mails may be among what is damaged", disk);
            return;
        }
        try {
            int orphans = bodies.deleteOrphans(message -> message < firstNumber && !index.hasMessage(message));
            if (orphans > 0) {
                LOG.info("{} bodies in {} were named by no mail, and are deleted", orphans, disk);
            }
        } catch (IOException e) {
            LOG.warn("bodies in {} can't be looked through: {}", disk, e.getMessage());
        }
    }

    /** Writes what was given, and lets the folder go. */
    void close() {
        boolean interrupted = false;
        try {
            scan.interrupt();
            scan.join();
            if (cleansItself) {
                cleaner.close();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        journal.close();
        scanned.completeExceptionally(new QueueStoreException(Reason.CLOSED, "the queue is closed"));
        try {
            lock.close();
        } catch (IOException e) {
            LOG.debug("unlocking {}", disk, e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    Inserts inserts() {
        return inserts;
    }

    Changes changes() {
        return changes;
    }

    Index index() {
        return index;
    }

    CompletableFuture<@Nullable Void> scanned() {
        return scanned;
    }

    long damaged() {
        return damaged.get();
    }

    /** See {@link Cleaner#clean}. */
    boolean clean() throws IOException, InterruptedException {
        return cleaner.clean();
    }

    /** See {@link Capacity#refusal}. */
    @Nullable QueueStoreException refusal(boolean isOwed) {
        return capacity.refusal(isOwed);
    }

    /** See {@link Capacity#fullness}. */
    int fullness() {
        return capacity.fullness();
    }

    /** Something that is read by places which may change meanwhile. */
    private interface Reading<T> {
        T of(Index.Found found) throws IOException;
    }

    private <T> Optional<T> read(long mail, Reading<T> reading) throws IOException {
        for (int attempt = 1; ; attempt++) {
            var found = index.find(mail);
            if (found == null) {
                return Optional.empty();
            }
            try {
                return Optional.of(reading.of(found));
            } catch (IOException e) {
                var now = index.find(mail);
                if (attempt == ATTEMPTS || found.equals(now)) {
                    throw e;
                }
            }
        }
    }

    Optional<QueuedMail> mail(long number) throws IOException {
        return read(number, found -> {
            var whole = reader.whole(found);
            return whole.entry().mail(whole.mail(), whole.state());
        });
    }

    Optional<Long> find(String id) throws IOException {
        for (var found : index.byIdHash(id.hashCode())) {
            var mail = mail(found.number());
            if (mail.isPresent() && mail.get().id().equals(id)) {
                return Optional.of(found.number());
            }
        }
        return Optional.empty();
    }

    Optional<StoredContent> content(long number) throws IOException {
        return read(number, found -> {
            var entry = reader.entry(found.entry());
            return new Content(number, entry.header(), entry.body());
        });
    }

    List<String> verify() throws IOException {
        return new Verification(disk, index).run();
    }

    /** Returns the bytes on disk of all segments and bodies, roughly. */
    long diskBytes() {
        return index.withSegments(Segments::size) + index.bodyFileBytes();
    }

    /** A message that stays where it is; its entry may be moved while it is read. */
    private final class Content implements StoredContent {

        private final long mail;
        private final byte[] header;
        private final Entry.BodyRef body;

        Content(long mail, byte[] header, Entry.BodyRef body) {
            this.mail = mail;
            this.header = header;
            this.body = body;
        }

        @Override
        public byte[] header() {
            return header;
        }

        @Override
        public long bodySize() {
            return body.length();
        }

        @Override
        public boolean isEightBit() {
            return body.isEightBit();
        }

        @Override
        public boolean isBinary() {
            return body.isBinary();
        }

        @Override
        public InputStream openBody(long from, long to) throws IOException {
            return read(mail, found -> open(found, from, to))
                    .orElseThrow(() -> new NoSuchFileException("the mail was removed"));
        }

        private InputStream open(Index.Found found, long from, long to) throws IOException {
            if (body.isFile()) {
                return Bodies.open(
                        disk, Bodies.name(found.message()), body.offset(), body.length(), body.sum(), from, to);
            }
            var place = found.entry();
            var known = recent.get(place);
            if (known != null) {
                Objects.checkFromToIndex(from, to, body.length());
                return new ByteArrayInputStream(known.body(), (int) from, (int) (to - from));
            }
            long start = (long) place.offset() + place.length() - body.length();
            return Bodies.open(disk, SegmentFile.name(place.segment()), start, body.length(), body.sum(), from, to);
        }
    }
}
