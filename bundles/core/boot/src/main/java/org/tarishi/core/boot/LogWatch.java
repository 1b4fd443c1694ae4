package org.tarishi.core.boot;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Shows lines of the log to whoever watches it inside, and then writes them to the standard output, unless one of those has taken the line
 * for its own.
 *
 * <p>While nobody watches, a line is written at once by the thread that it comes from. Else a thread of its own tells of it, so that no
 * writer waits for a watcher; what does not fit between the two is written untold. A watcher that does not answer in time holds up the
 * output no longer: for a while its answers are not waited for.
 */
final class LogWatch extends UnsynchronizedAppenderBase<ILoggingEvent> {

    /** What watches: a {@code Function} from a line to a {@code Future<Boolean>}, which is also a {@code BooleanSupplier}. */
    static final String FILTER = "(&(objectClass=java.util.function.Function)(tarishi.log=lines))";

    private static final int MOST_WAITING = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final @Nullable Appender<ILoggingEvent> output;
    private final Duration patience;
    private final ArrayBlockingQueue<ILoggingEvent> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Object guard = new Object();

    private volatile @Nullable Object watcher;

    /** Whether a thread holds a line that is not written yet, or lines wait for it. */
    private boolean isTelling;

    /** Until when no answer is waited for. */
    private long impatientUntil;

    private boolean isImpatient;

    /**
     * Makes one.
     *
     * @param output writes to the standard output; null where nobody reads that
     */
    LogWatch(@Nullable Appender<ILoggingEvent> output) {
        this(output, PATIENCE);
    }

    LogWatch(@Nullable Appender<ILoggingEvent> output, Duration patience) {
        this.output = output;
        this.patience = patience;
        setName("console");
    }

    /** Looks for watchers among the services of a framework; the last one that came is told. */
    void track(BundleContext system) {
        try {
            new ServiceTracker<Object, Object>(system, system.createFilter(FILTER), null) {
                @Override
                public Object addingService(ServiceReference<Object> reference) {
                    var service = super.addingService(reference);
                    watch(service);
                    return service;
                }

                @Override
                public void removedService(ServiceReference<Object> reference, Object service) {
                    if (service.equals(watcher)) {
                        watch(getService());
                    }
                    super.removedService(reference, service);
                }
            }.open(true);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    void watch(@Nullable Object service) {
        watcher = service instanceof Function<?, ?> && service instanceof BooleanSupplier ? service : null;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!isWatched()) {
            write(event);
            return;
        }
        // On this thread: what belongs to it, the MDC above all, is not to be had elsewhere.
        event.prepareForDeferredProcessing();
        synchronized (guard) {
            if (waiting.offer(event)) {
                if (!isTelling) {
                    isTelling = true;
                    Thread.ofPlatform().daemon().name("log watch").start(this::tell);
                }
                return;
            }
        }
        write(event);
    }

    private boolean isWatched() {
        return watcher instanceof BooleanSupplier watching && watching.getAsBoolean();
    }

    private void write(ILoggingEvent event) {
        if (output != null) {
            output.doAppend(event);
        }
    }

    /** Hands on to the standard output what was written there until now. */
    void flush() {
        if (output instanceof StandardOutput standard) {
            standard.flush();
        }
    }

    private void tell() {
        while (true) {
            ILoggingEvent event;
            synchronized (guard) {
                event = waiting.poll();
                if (event == null) {
                    isTelling = false;
                    guard.notifyAll();
                    return;
                }
            }
            if (!isTaken(event)) {
                write(event);
            }
        }
    }

    private boolean isTaken(ILoggingEvent event) {
        try {
            return watcher instanceof Function<?, ?> told
                    && ask(told, line(event)) instanceof Future<?> answer
                    && output != null
                    && Boolean.TRUE.equals(await(answer));
        } catch (RuntimeException | LinkageError e) {
            // A watcher that is being replaced; the line is there all the same.
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static Object ask(Function<?, ?> told, Map<String, Object> line) {
        return ((Function<Map<String, Object>, Object>) told).apply(line);
    }

    private @Nullable Object await(Future<?> answer) {
        try {
            if (isImpatient && System.nanoTime() - impatientUntil < 0 && !answer.isDone()) {
                return null;
            }
            isImpatient = false;
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            isImpatient = true;
            impatientUntil = System.nanoTime() + PAUSE.toNanos();
            return null;
        } catch (ExecutionException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static Map<String, Object> line(ILoggingEvent event) {
        var markers = event.getMarkerList();
        var values = new LinkedHashMap<String, String>();
        var pairs = event.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> values.put(pair.key, String.valueOf(pair.value)));
        }
        return Map.of(
                "time", event.getInstant(),
                "level", event.getLevel().toString(),
                "markers",
                        markers == null
                                ? List.of()
                                : markers.stream()
                                        .map(marker -> marker.getName())
                                        .toList(),
                "logger", event.getLoggerName(),
                "message", String.valueOf(event.getFormattedMessage()),
                "context", event.getMDCPropertyMap(),
                "values", values);
    }

    /** Waits, for a time at most, until no line waits to be told or written; tells whether that came. */
    boolean awaitIdle(Duration most) throws InterruptedException {
        var end = System.nanoTime() + most.toNanos();
        synchronized (guard) {
            for (var left = most.toMillis(); isTelling && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                guard.wait(left);
            }
            return !isTelling;
        }
    }

    /** Writes what still waits, untold, and closes the output. */
    @Override
    public void stop() {
        watcher = null;
        try {
            var _ = awaitIdle(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        super.stop();
        if (output != null) {
            output.stop();
        }
    }
}
