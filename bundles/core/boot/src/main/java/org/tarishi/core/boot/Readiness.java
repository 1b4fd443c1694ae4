package org.tarishi.core.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceException;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether the instance is ready: the framework has reached the level at which mail is served, and every name that the features list is
 * served by a {@code tarishi.status} service that says so. It is complete when those names are, too, that come afterwards.
 */
final class Readiness {

    private static final Logger log = LoggerFactory.getLogger(Readiness.class);

    private final List<String> names;
    private final Supplier<List<String>> afterwards;
    private final Map<Long, String> failed = new ConcurrentHashMap<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch told = new CountDownLatch(1);
    private volatile @Nullable ServiceTracker<Object, Object> services;

    /**
     * What was found at one moment.
     *
     * @param ready whether all names are ready that mail needs
     * @param complete whether those that come afterwards are, too
     * @param lines what there is to tell, by name
     */
    record Report(boolean ready, boolean complete, Map<String, List<String>> lines) {}

    /**
     * Makes one that watches nothing yet.
     *
     * @param names those without which no mail is served
     * @param afterwards those that come afterwards; asked at each report, since settings say whether they come at all
     */
    Readiness(List<String> names, Supplier<List<String>> afterwards) {
        this.names = List.copyOf(names);
        this.afterwards = afterwards;
    }

    /** Begins to watch an initialised framework that has not started. */
    void watch(BundleContext system) {
        try {
            var tracker = new ServiceTracker<Object, Object>(
                    system,
                    system.createFilter("(&(objectClass=java.util.function.Supplier)(tarishi.status=*))"),
                    null);
            tracker.open(true);
            services = tracker;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        system.addFrameworkListener(event -> {
            if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() instanceof BundleException e) {
                var bundle = event.getBundle();
                var line = bundle.getSymbolicName() + " " + bundle.getVersion() + " did not start: " + reason(e);
                failed.put(bundle.getBundleId(), line);
                log.error("{}", line);
                log.debug("why", e);
            } else if (event.getThrowable() instanceof ServiceException e) {
                // Who asked for the service got none and knows what that means; why, SCR has told.
                log.debug("{}: {}", event.getBundle().getSymbolicName(), String.valueOf(e));
            } else if (event.getType() == FrameworkEvent.ERROR) {
                log.error("{}: {}", event.getBundle().getSymbolicName(), String.valueOf(event.getThrowable()));
                log.debug("why", event.getThrowable());
            }
        });
        system.addBundleListener(event -> {
            if (event.getType() == BundleEvent.STARTED || event.getType() == BundleEvent.UNINSTALLED) {
                failed.remove(event.getBundle().getBundleId());
            }
        });
    }

    /** Says that the framework has reached the level at which mail is served. */
    void frameworkStarted() {
        started.countDown();
    }

    /** Waits until the framework has reached the level at which mail is served, for a time at most. */
    void awaitStart(Duration patience) throws InterruptedException {
        var _ = started.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says that the instance was found ready. */
    void readyTold() {
        told.countDown();
    }

    /** Waits until the instance was found ready, for a time at most. */
    void awaitReady(Duration patience) throws InterruptedException {
        var _ = told.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks every status service. Any thread. */
    Report report() {
        var lines = new TreeMap<String, List<String>>();
        var ready = new LinkedHashMap<String, Boolean>();
        var tracker = services;
        var tracked =
                tracker == null ? Map.<org.osgi.framework.ServiceReference<Object>, Object>of() : tracker.getTracked();
        tracked.forEach((reference, service) -> {
            var name = String.valueOf(reference.getProperty("tarishi.status"));
            var answer = ask(service);
            ready.merge(name, Boolean.TRUE.equals(answer.get("ready")), (a, b) -> a && b);
            if (answer.get("lines") instanceof List<?> told) {
                var all = lines.computeIfAbsent(name, n -> new ArrayList<>());
                told.forEach(line -> all.add(Escaping.escape(String.valueOf(line))));
            }
        });
        var allReady = areReady(names, ready, lines) && started.getCount() == 0;
        var complete = areReady(afterwards.get(), ready, lines) && allReady;
        if (!failed.isEmpty()) {
            lines.put(
                    "bundles",
                    failed.values().stream().sorted().map(Escaping::escape).toList());
        }
        return new Report(allReady, complete, lines);
    }

    /** Tells whether some names are ready, and says of each that is not. */
    private static boolean areReady(List<String> names, Map<String, Boolean> ready, Map<String, List<String>> lines) {
        var allReady = true;
        for (var name : names) {
            if (!ready.containsKey(name)) {
                lines.put(name, List.of("not there yet"));
                allReady = false;
            } else if (!Boolean.TRUE.equals(ready.get(name))) {
                lines.computeIfAbsent(name, n -> new ArrayList<>()).add("not ready");
                allReady = false;
            }
        }
        return allReady;
    }

    private static Map<?, ?> ask(Object service) {
        try {
            return ((Supplier<?>) service).get() instanceof Map<?, ?> answer ? answer : Map.of();
        } catch (RuntimeException | LinkageError e) {
            return Map.of("ready", false, "lines", List.of("no answer: " + e));
        }
    }

    /** Returns why a bundle did not start: what its activator threw, or which requirement is missing. */
    private static String reason(BundleException e) {
        var cause = e.getCause();
        var text = cause == null || cause instanceof BundleException
                ? String.valueOf(e.getMessage())
                : e.getMessage() + ": " + cause;
        return text.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
    }
}
