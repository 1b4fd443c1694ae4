package org.tarishi.core.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in one line that the HTTP service can't have its port, and has it try again until it can.
 *
 * <p>The service itself tells it in two stack traces, and never tries again. So this stands between its logger and the log: what it says
 * of its port is said here instead, all else is passed on.
 */
final class HttpPort extends UnsynchronizedAppenderBase<ILoggingEvent> implements AutoCloseable {

    /** The logger of the HTTP service, and the beginning of its bundle's name. */
    static final String SERVICE = "org.apache.felix.http";

    private static final Logger log = LoggerFactory.getLogger(HttpPort.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final BundleContext system;
    private final String host;
    private final int port;

    /** Whether its last start found no port. */
    private boolean isMissed;

    private @Nullable Thread trying;

    private HttpPort(BundleContext system, String host, int port) {
        this.system = system;
        this.host = host;
        this.port = port;
    }

    /**
     * Watches over the HTTP service of a framework that has not started, until it is closed.
     *
     * @param host the address that the service binds
     * @param port its port; 0 for any that is free
     */
    static HttpPort watch(BundleContext system, String host, int port) {
        var watching = new HttpPort(system, host, port);
        var logger = logger();
        watching.setContext(logger.getLoggerContext());
        watching.setName("http-port");
        watching.start();
        logger.setAdditive(false);
        logger.addAppender(watching);
        return watching;
    }

    @Override
    protected void append(ILoggingEvent event) {
        var trouble = event.getThrowableProxy() instanceof ThrowableProxy proxy && isOfPort(event)
                ? root(proxy.getThrowable())
                : null;
        if (trouble != null) {
            miss(trouble);
        } else if (!event.getLevel().isGreaterOrEqual(Level.WARN) || !isMissed()) {
            logger().getLoggerContext().getLogger(Logger.ROOT_LOGGER_NAME).callAppenders(event);
        }
    }

    private static boolean isOfPort(ILoggingEvent event) {
        return event.getMessage().startsWith("Failed to start Connector");
    }

    private static Throwable root(Throwable thrown) {
        var root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private synchronized boolean isMissed() {
        return isMissed;
    }

    private synchronized void miss(Throwable trouble) {
        isMissed = true;
        if (trying != null) {
            return;
        }
        var reason = trouble.getMessage() == null ? trouble.toString() : trouble.getMessage();
        log.error(
                "the console cannot listen on {}:{}: {}; end what holds the port (ss -ltnp sport = :{} names it), or change http.host or"
                        + " http.port in {} and start again; trying on",
                host,
                port,
                reason,
                port,
                BootSettings.PID);
        trying = Thread.ofVirtual().name("http port").start(this::tryOn);
    }

    private void tryOn() {
        try {
            var pause = FIRST_PAUSE;
            while (true) {
                Thread.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                if (system.getBundle().getState() == Bundle.ACTIVE && canBind() && restart()) {
                    log.info("the console has its port {}:{} now", host, port);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean canBind() {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port), 1);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts the service anew, which nobody can be using; what is stored about its start stays. Tells whether it has its port. */
    private boolean restart() {
        var bundle = service();
        if (bundle.isEmpty()) {
            return false;
        }
        synchronized (this) {
            isMissed = false;
        }
        try {
            bundle.get().stop(Bundle.STOP_TRANSIENT);
            bundle.get().start(Bundle.START_TRANSIENT);
        } catch (BundleException e) {
            log.debug("the HTTP service does not start", e);
            return false;
        }
        synchronized (this) {
            if (!isMissed) {
                trying = null;
            }
            return !isMissed;
        }
    }

    private Optional<Bundle> service() {
        return Arrays.stream(system.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null
                        && bundle.getSymbolicName().startsWith(SERVICE + ".jetty"))
                .findFirst();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (trying != null) {
                trying.interrupt();
            }
        }
        var logger = logger();
        logger.detachAppender(this);
        logger.setAdditive(true);
        stop();
    }

    private static ch.qos.logback.classic.Logger logger() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(SERVICE);
    }
}
