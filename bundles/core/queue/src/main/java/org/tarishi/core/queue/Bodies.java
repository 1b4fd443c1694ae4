package org.tarishi.core.queue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large bodies, a file each, named by the message's number.
 *
 * <p>A file is safe, and so is its name, before the entry that names it is written; it is deleted after the word that nobody needs it is
 * safe. One that no entry names is what a crash between the two has left. A trailer behind the body says what the file is.
 */
final class Bodies {

    private static final Logger LOG = LoggerFactory.getLogger(Bodies.class);

    /** The bytes of a trailer; {@code FORMAT.md} has them. */
    static final int TRAILER = 40;

    private static final long MAGIC = 0x54415249424f4459L; // TARIBODY
    private static final int VERSION = 1;
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.body");
    private static final int BLOCK = 64 << 10;

    private final Disk disk;

    Bodies(Disk disk) {
        this.disk = disk;
    }

    static String name(long message) {
        return Disk.BODIES + "/" + String.format("%016x.body", message);
    }

    /** Where a body that is safe lies. */
    record Safe(long offset, long length, int sum) {}

    /** Gives a file a second name. */
    @FunctionalInterface
    interface Link {
        /** See {@link org.tarishi.core.spi.LiveMessage#linkBody}. */
        OptionalLong to(Path target) throws IOException;
    }

    /**
     * Takes the file of a body over, if it lies in one on this file system.
     *
     * @return null when it does not
     */
    @Nullable Safe link(long message, Link link) throws IOException {
        var name = name(message);
        var path = disk.path(name);
        if (path.isEmpty()) {
            return null;
        }
        var offset = link.to(path.get());
        if (offset.isEmpty()) {
            return null;
        }
        try (var file = disk.append(name)) {
            long start = offset.getAsLong();
            return finish(file, start, file.size() - start, sum(file, start));
        } catch (IOException | RuntimeException e) {
            delete(message);
            throw e;
        }
    }

    private static int sum(Disk.DiskFile file, long from) throws IOException {
        var sum = new CRC32C();
        var block = ByteBuffer.allocate(BLOCK);
        long at = from;
        for (int n = file.read(block, at); n >= 0; n = file.read(block.clear(), at)) {
            sum.update(block.flip());
            at += n;
        }
        return (int) sum.getValue();
    }

    private Safe finish(Disk.DiskFile file, long offset, long length, int sum) throws IOException {
        var trailer = ByteBuffer.allocate(TRAILER)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(sum)
                .putLong(offset)
                .putLong(length)
                .putInt(0);
        trailer.putInt(RecordHeader.sum(trailer.slice(0, TRAILER - 4)));
        file.write(trailer.flip());
        file.force();
        disk.forceFolder(Disk.BODIES);
        return new Safe(offset, length, sum);
    }

    /** Begins a file that a body is written to. */
    Writing create(long message) throws IOException {
        return new Writing(message, disk.create(name(message)));
    }

    /** A body that is being written. */
    final class Writing extends OutputStream {

        private final long message;
        private final Disk.DiskFile file;
        private final CRC32C sum = new CRC32C();
        private long length;

        private Writing(long message, Disk.DiskFile file) {
            this.message = message;
            this.file = file;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            file.write(ByteBuffer.wrap(bytes, from, count));
            sum.update(bytes, from, count);
            length += count;
        }

        /** Makes the body safe. */
        Safe safe() throws IOException {
            return finish(file, 0, length, (int) sum.getValue());
        }

        /** Closes the file, and deletes it unless the body is to stay. */
        void end(boolean stays) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.debug("closing {}", name(message), e);
            }
            if (!stays) {
                delete(message);
            }
        }
    }

    /** Deletes a body; where that fails it is found again at the next start. */
    void delete(long message) {
        try {
            disk.delete(name(message));
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} in {} can't be deleted: {}; it goes at the next start", name(message), disk, e.getMessage());
        }
    }

    /**
     * Deletes the bodies that nobody needs.
     *
     * @param isOrphan tells of a message's number
     * @return how many there were
     */
    int deleteOrphans(LongPredicate isOrphan) throws IOException {
        var orphans = new ArrayList<Long>();
        disk.forEachName(Disk.BODIES, file -> {
            var match = NAME.matcher(file);
            if (match.matches()) {
                long message = Long.parseUnsignedLong(match.group(1), 16);
                if (isOrphan.test(message)) {
                    orphans.add(message);
                }
            }
        });
        orphans.forEach(this::delete);
        return orphans.size();
    }

    /**
     * Opens a range of a file. What is read to the end of a whole body is compared with its checksum there.
     *
     * @param start where the body begins in the file
     * @param from where the range begins in the body
     */
    static InputStream open(Disk disk, String name, long start, long length, int sum, long from, long to)
            throws IOException {
        Objects.checkFromToIndex(from, to, length);
        return new BodyStream(disk.open(name), name, start + from, to - from, from == 0 && to == length, sum);
    }

    private static final class BodyStream extends InputStream {

        private final Disk.DiskFile file;
        private final String name;
        private final CRC32C sum = new CRC32C();
        private final boolean isWhole;
        private final int expected;
        private long at;
        private long left;

        BodyStream(Disk.DiskFile file, String name, long at, long left, boolean isWhole, int expected) {
            this.file = file;
            this.name = name;
            this.at = at;
            this.left = left;
            this.isWhole = isWhole;
            this.expected = expected;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            Objects.checkFromIndexSize(from, count, bytes.length);
            if (count == 0) {
                return 0;
            }
            if (left == 0) {
                if (isWhole && (int) sum.getValue() != expected) {
                    throw new DamagedException("a body is not what was written, " + name);
                }
                return -1;
            }
            int want = (int) Math.min(Math.min(count, BLOCK), left);
            int n = file.read(ByteBuffer.wrap(bytes, from, want), at);
            if (n < 0) {
                throw new DamagedException("a body is too short, " + name);
            }
            sum.update(bytes, from, n);
            at += n;
            left -= n;
            return n;
        }

        @Override
        public int available() {
            return (int) Math.min(left, Integer.MAX_VALUE);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
