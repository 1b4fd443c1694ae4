package org.tarishi.core.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Decides when lines that were written to a buffer go on to the system: a line behind a pause, and each warning and error, at once; those
 * that follow closely, together, a moment later. So a line of a busy server costs no call of the system, and whoever looks sees all.
 *
 * <p>Any thread. It has a thread of its own, not a virtual one: the log goes on when plugins hold all of those.
 */
final class Flusher {

    private static final Duration MOMENT = Duration.ofMillis(50);

    private final String name;
    private final Runnable flush;
    private final long moment;
    private final AtomicBoolean isDue = new AtomicBoolean();

    private volatile long last;
    private volatile @Nullable Thread thread;
    private volatile boolean isStopped;

    /**
     * Makes that of an appender whose stream has a buffer.
     *
     * @param name the thread's
     * @param writing what the appender holds while it writes
     */
    Flusher(String name, OutputStreamAppender<?> appender, Lock writing) {
        this(name, () -> flush(appender, writing), MOMENT);
    }

    /** Makes one; {@code flush} hands on what is in the buffer, and is called by any thread. */
    Flusher(String name, Runnable flush, Duration moment) {
        this.name = name;
        this.flush = flush;
        this.moment = moment.toNanos();
        this.last = System.nanoTime() - this.moment;
    }

    /** To be called behind each line that was written. */
    void written(Level level) {
        if (isStopped || level.isGreaterOrEqual(Level.WARN) || System.nanoTime() - last >= moment) {
            flush();
        } else if (isDue.compareAndSet(false, true)) {
            LockSupport.unpark(started());
        }
    }

    private void flush() {
        last = System.nanoTime();
        handOn();
    }

    /** Hands on what was written until now, whenever the last time was. */
    void handOn() {
        flush.run();
    }

    private static void flush(OutputStreamAppender<?> appender, Lock writing) {
        writing.lock();
        try {
            var stream = appender.getOutputStream();
            if (stream != null) {
                stream.flush();
            }
        } catch (IOException e) {
            appender.addError("the log can't be written", e);
        } finally {
            writing.unlock();
        }
    }

    private Thread started() {
        var running = thread;
        return running != null ? running : start();
    }

    private synchronized Thread start() {
        var running = thread;
        if (running == null) {
            running = Thread.ofPlatform().daemon().name(name).start(this::run);
            thread = running;
        }
        return running;
    }

    private void run() {
        while (!isStopped) {
            long left = moment - (System.nanoTime() - last);
            if (!isDue.get()) {
                LockSupport.park(this);
            } else if (left > 0) {
                LockSupport.parkNanos(this, left);
            } else {
                // Before: a line that comes now may miss this flush, and wants another.
                isDue.set(false);
                flush();
            }
        }
    }

    /** From here on each line goes on at once. */
    void stop() {
        isStopped = true;
        LockSupport.unpark(thread);
    }
}
