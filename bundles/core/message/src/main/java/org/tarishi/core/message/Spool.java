package org.tarishi.core.message;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * Keeps the bytes of one message while it arrives: chunks in memory, then a temporary file.
 *
 * <p>The receiving side is one thread at a time and never blocks. Chunks for the file are queued; a virtual thread, started when there
 * is something to write and gone when there is nothing, writes them, and gives them back to be filled again.
 */
final class Spool {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    /** So many bytes may wait for the disk before the peer has to. */
    static final int HAND_OFF = 256 * 1024;

    private static final int SMALLEST = 256;
    private static final int FIRST = 4096;
    private static final int LARGEST = 64 * 1024;
    private static final int SPARES = 2;

    private final String id;
    private final Settings settings;
    private final MemoryBudget budget;
    private final SpoolFolder folder;

    // The receiving side's own.
    private final List<byte[]> chunks = new ArrayList<>(1);
    private long kept;
    private boolean onDisk;

    // Shared with the writer, guarded by this.
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
    private final ArrayDeque<byte[]> spares = new ArrayDeque<>(SPARES);
    private long charged;
    private long pending;
    private boolean writing;
    private boolean gone;
    private @Nullable Runnable ready;
    private @Nullable Finish finish;
    /** Set once, by the writer or, when there is no memory, by the receiving side. */
    private volatile boolean failed;

    // The writer's own.
    private @Nullable Path path;
    private @Nullable FileChannel channel;

    /** What is done with the bytes when all are there; run by the writer. */
    interface Finish {
        void kept(Content content);

        void failed();
    }

    Spool(String id, Settings settings, MemoryBudget budget, SpoolFolder folder) {
        this.id = Text.escaped(id);
        this.settings = settings;
        this.budget = budget;
        this.folder = folder;
    }

    /** Tells whether the message can't be kept; it was logged. */
    boolean hasFailed() {
        return failed;
    }

    /**
     * Returns an empty chunk.
     *
     * @param full the one before, filled to its end
     * @param hint how many bytes are known to come
     * @return null when there is no memory
     */
    byte @Nullable [] next(byte @Nullable [] full, int hint) {
        if (full == null) {
            return take(Math.clamp(hint, SMALLEST, FIRST));
        }
        kept += full.length;
        if (onDisk) {
            enqueue(full, full.length);
        } else {
            chunks.add(full);
            if (kept >= settings.bodyMemory() || budget.isTight(settings.totalMemory())) {
                spill();
            }
        }
        synchronized (this) {
            var spare = spares.poll();
            if (spare != null) {
                return spare;
            }
        }
        return take(Math.min(Math.max(full.length * 2, FIRST * 2), LARGEST));
    }

    private byte @Nullable [] take(int size) {
        if (!budget.take(size, settings.totalMemory())) {
            fail("all messages together need more memory than allowed; raise totalMemory of " + Settings.PID
                    + " (and the heap), or allow fewer connections");
            return null;
        }
        synchronized (this) {
            charged += size;
        }
        return new byte[size];
    }

    private void spill() {
        onDisk = true;
        for (var chunk : chunks) {
            enqueue(chunk, chunk.length);
        }
        chunks.clear();
    }

    private void enqueue(byte[] bytes, int length) {
        synchronized (this) {
            if (gone || failed) {
                return;
            }
            queue.add(ByteBuffer.wrap(bytes, 0, length));
            pending += length;
        }
        startWriter();
    }

    private void startWriter() {
        synchronized (this) {
            if (writing) {
                return;
            }
            writing = true;
        }
        Thread.ofVirtual().name("spool " + id).start(this::write);
    }

    /** Tells whether the disk is behind. */
    boolean isBehind() {
        if (!onDisk) {
            return false;
        }
        synchronized (this) {
            return pending > HAND_OFF;
        }
    }

    /** Runs an action once the disk has caught up, or has failed. */
    void whenReady(Runnable action) {
        synchronized (this) {
            if (pending > HAND_OFF / 2 && !failed && !gone) {
                ready = action;
                return;
            }
        }
        action.run();
    }

    /**
     * Ends the message.
     *
     * @param last the last chunk, if there is one
     * @param length how much of it is filled
     * @return the content if it is in memory; else {@code then} is told, by the writer
     */
    @Nullable Content finish(byte @Nullable [] last, int length, Finish then) {
        if (last != null && length > 0) {
            kept += length;
            if (onDisk) {
                enqueue(last, length);
            } else {
                chunks.add(last);
            }
        }
        if (!onDisk && kept <= settings.bodyMemory()) {
            return new MemoryContent(chunks.toArray(byte[][]::new), this::release);
        }
        if (!onDisk) {
            // Only the last chunk is not full.
            onDisk = true;
            long left = kept;
            for (var chunk : chunks) {
                enqueue(chunk, (int) Math.min(chunk.length, left));
                left -= chunk.length;
            }
            chunks.clear();
        }
        synchronized (this) {
            finish = then;
        }
        startWriter();
        return null;
    }

    /** Throws everything away. Once or more. */
    void discard() {
        chunks.clear();
        Runnable waiting;
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
            queue.clear();
            finish = null;
            pending = 0;
            waiting = ready;
            ready = null;
        }
        if (onDisk) {
            startWriter();
        } else {
            release();
        }
        if (waiting != null) {
            waiting.run();
        }
    }

    private void release() {
        long bytes;
        synchronized (this) {
            bytes = charged;
            charged = 0;
            spares.clear();
        }
        budget.release(bytes);
    }

    private void fail(String why) {
        synchronized (this) {
            if (failed) {
                return;
            }
            failed = true;
        }
        LOG.error("{}: message refused for now: {}", id, why);
    }

    // ---- the writer

    private void write() {
        while (true) {
            ByteBuffer block;
            Finish then = null;
            synchronized (this) {
                block = gone || failed ? null : queue.poll();
                if (block == null) {
                    then = finish;
                    finish = null;
                    if (then == null && !gone && !failed) {
                        writing = false;
                        return;
                    }
                }
            }
            if (block != null) {
                try {
                    write(block);
                } catch (IOException | RuntimeException | OutOfMemoryError e) {
                    fail("cannot write to " + folder.path() + ": " + Text.escaped(e.toString())
                            + "; make room there, look at owner and permissions, or set folder of " + Settings.PID);
                }
                written(block);
            } else if (then != null && !failed) {
                end(then);
                return;
            } else {
                clear();
                if (then != null) {
                    then.failed();
                }
                synchronized (this) {
                    if (finish == null) {
                        writing = false;
                        return;
                    }
                }
            }
        }
    }

    private void write(ByteBuffer block) throws IOException {
        var out = channel;
        if (out == null) {
            var created = folder.create(id);
            path = created.path();
            out = created.channel();
            channel = out;
        }
        while (block.hasRemaining()) {
            out.write(block);
        }
    }

    @SuppressWarnings("ByteBufferBackingArray") // wraps a whole chunk
    private void written(ByteBuffer block) {
        Runnable waiting = null;
        long freed = 0;
        synchronized (this) {
            pending = Math.max(0, pending - block.limit());
            if (spares.size() < SPARES && block.capacity() == LARGEST && !gone && !failed) {
                spares.add(block.array());
            } else if (charged > 0) {
                freed = block.capacity();
                charged -= freed;
            }
            if (pending <= HAND_OFF / 2 || failed) {
                waiting = ready;
                ready = null;
            }
        }
        budget.release(freed);
        if (waiting != null) {
            waiting.run();
        }
    }

    private void end(Finish then) {
        var file = path;
        try {
            closeChannel();
        } catch (IOException e) {
            fail("cannot write to " + folder.path() + ": " + Text.escaped(e.toString()) + "; make room there");
        }
        release();
        if (failed || file == null) {
            clear();
            then.failed();
        } else {
            then.kept(new FileContent(id, file));
        }
    }

    private void clear() {
        synchronized (this) {
            queue.clear();
            pending = 0;
        }
        try {
            closeChannel();
        } catch (IOException e) {
            LOG.debug("{}: closing a file that is deleted next", id, e);
        }
        var file = path;
        path = null;
        if (file != null) {
            FileContent.delete(id, file);
        }
        release();
    }

    private void closeChannel() throws IOException {
        var open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
