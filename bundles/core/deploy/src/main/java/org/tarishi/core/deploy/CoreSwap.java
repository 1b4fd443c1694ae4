package org.tarishi.core.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.Retirement;

/** What is different where not a plugin is replaced but a part of the core: how it is checked, and how the old version ends. */
final class CoreSwap {

    private static final Logger LOG = LoggerFactory.getLogger(CoreSwap.class);

    private static final String STATUS = "tarishi.status";
    private static final String READY = "ready";

    private final BundleContext context;
    private final ComponentCheck components;

    CoreSwap(BundleContext context, ComponentCheck components) {
        this.context = context;
        this.components = components;
    }

    /** Has a bundle start where the shipped version of it does, at each start of the server too. */
    void level(Bundle fresh, List<Bundle> old) {
        var own = fresh.adapt(BundleStartLevel.class);
        if (own == null || old.isEmpty()) {
            return;
        }
        var before = old.getFirst().adapt(BundleStartLevel.class);
        if (before != null && before.getStartLevel() != own.getStartLevel()) {
            own.setStartLevel(before.getStartLevel());
        }
    }

    /** Resolves a bundle, so that one that can't be is known before anything is stopped for it. */
    void resolve(String who, Bundle fresh) throws PluginRefusedException {
        var framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
        if (framework != null && !framework.resolveBundles(List.of(fresh))) {
            Bundles.start(who, fresh); // says why
        }
    }

    /**
     * Waits until all components of a part that was started are ready, each can be obtained, and it is as ready for mail as the old one is.
     *
     * @param isReadyNow which statuses were ready with the version before
     */
    Set<String> check(String who, Bundle fresh, Set<String> isReadyNow, Duration limit) throws PluginRefusedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var problems = new LinkedHashSet<>(components.problemsOfAll(fresh));
            if (problems.isEmpty()) {
                problems.addAll(unobtainable(fresh));
            }
            if (problems.isEmpty()) {
                problems.addAll(unready(fresh, isReadyNow));
            }
            if (problems.isEmpty()) {
                return Set.of();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new PluginRefusedException(who + " does not pass its check: " + String.join("; ", problems));
            }
            ReadyCheck.pause();
        }
    }

    /** A component that is made when it is first asked for has failed by then, or has not. */
    private List<String> unobtainable(Bundle fresh) {
        var problems = new ArrayList<String>();
        for (var reference : services(fresh)) {
            if (reference.getProperty("component.name") != null) {
                var service = context.getService(reference);
                if (service == null) {
                    problems.add(reference.getProperty("component.name") + " does not start");
                } else {
                    context.ungetService(reference);
                }
            }
        }
        return problems;
    }

    private List<String> unready(Bundle fresh, Set<String> isReadyNow) {
        var problems = new ArrayList<String>();
        statuses(fresh).forEach((name, status) -> {
            if (isReadyNow.contains(name) && !Boolean.TRUE.equals(status.get(READY))) {
                problems.add(name + " are not ready: " + status.get("lines"));
            }
        });
        return problems;
    }

    /** Returns the names of the statuses that are ready. */
    Set<String> ready(List<Bundle> some) {
        var ready = new LinkedHashSet<String>();
        some.forEach(bundle -> statuses(bundle).forEach((name, status) -> {
            if (Boolean.TRUE.equals(status.get(READY))) {
                ready.add(name);
            }
        }));
        return ready;
    }

    private Map<String, Map<?, ?>> statuses(Bundle bundle) {
        var all = new HashMap<String, Map<?, ?>>();
        for (var reference : services(bundle)) {
            if (reference.getProperty(STATUS) instanceof String name
                    && context.getService(reference) instanceof Supplier<?> supplier) {
                try {
                    all.put(name, supplier.get() instanceof Map<?, ?> status ? status : Map.of());
                } finally {
                    context.ungetService(reference);
                }
            }
        }
        return all;
    }

    private static List<ServiceReference<?>> services(Bundle bundle) {
        var found = bundle.getRegisteredServices();
        return found == null ? List.of() : List.of(found);
    }

    /**
     * Lets a successor take a bundle's place.
     *
     * @param most how long it may go on with what has begun
     * @return completed when nothing of it is needed any more, or when that time is over
     */
    CompletionStage<?> retire(Bundle old, Duration most) {
        var stages = new ArrayList<CompletableFuture<?>>();
        for (var reference : services(old)) {
            if (Arrays.asList((String[]) reference.getProperty(Constants.OBJECTCLASS))
                            .contains(Retirement.class.getName())
                    && context.getService(reference) instanceof Retirement retirement) {
                stages.add(retire(old, retirement));
                context.ungetService(reference);
            }
        }
        return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new))
                .copy()
                .orTimeout(most.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    LOG.warn(
                            "{} {} is stopped with what has begun there and has not ended: {}",
                            old.getSymbolicName(),
                            old.getVersion(),
                            failure instanceof TimeoutException
                                    ? "coreDrain of " + Deploy.PID + " is over, " + most.toSeconds() + " s"
                                    : failure.toString());
                    return null;
                });
    }

    /** What goes wrong in the old version must not take the new one out again, which is in force. */
    private static CompletableFuture<?> retire(Bundle old, Retirement retirement) {
        try {
            return retirement.retire().toCompletableFuture();
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "{} {} does not leave its place in order: {}",
                    old.getSymbolicName(),
                    old.getVersion(),
                    e.toString());
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Has no attempt begin any more, and waits for those under way, before what they depend on is stopped. Mail is taken meanwhile. */
    void rest(List<Bundle> old, Duration most) throws PluginRefusedException {
        for (var bundle : context.getBundles()) {
            boolean isIt = old.contains(bundle) || CoreParts.SCHEDULER.equals(bundle.getSymbolicName());
            if (isIt && Bundles.isActive(bundle)) {
                try {
                    var _ = retire(bundle, most).toCompletableFuture().get(most.toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new PluginRefusedException("the server is stopping");
                } catch (TimeoutException | ExecutionException e) {
                    // it has been told, and what has not ended is interrupted in the stop
                    LOG.debug("{} is not at rest", bundle, e);
                }
            }
        }
    }

    /** Waits until what depends on a part that was replaced in place serves again. */
    void awaitDependants(String who, Set<String> isReadyNow, Duration limit) throws PluginRefusedException {
        long deadline = System.nanoTime() + limit.toNanos();
        for (var bundle : context.getBundles()) {
            if (CoreParts.SCHEDULER.equals(bundle.getSymbolicName()) && Bundles.isActive(bundle)) {
                while (!ready(List.of(bundle)).contains("outbound") && isReadyNow.contains("outbound")) {
                    if (System.nanoTime() - deadline > 0) {
                        throw new PluginRefusedException(who + " does not pass its check: " + CoreParts.SCHEDULER
                                + " does not serve with it, the log says why");
                    }
                    ReadyCheck.pause();
                }
            }
        }
    }

    /** Returns the names of the statuses of the bundles that depend on a part. */
    Set<String> readyDependants() {
        return ready(Arrays.stream(context.getBundles())
                .filter(bundle -> CoreParts.SCHEDULER.equals(bundle.getSymbolicName()))
                .filter(Bundles::isActive)
                .toList());
    }
}
