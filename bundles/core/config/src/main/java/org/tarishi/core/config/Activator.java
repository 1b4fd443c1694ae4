package org.tarishi.core.config;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.SettingsArchive;

/**
 * Opens the gate while ConfigAdmin and Metatype are there.
 *
 * <p>An activator and no component: when {@link #start} returns, the first pass over the files is done, on the same thread. So at a
 * lower start level than those whose settings it has, nobody starts on defaults while there is a file.
 */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class Activator implements BundleActivator {

    private static final Logger log = LoggerFactory.getLogger(Activator.class);

    /** How long a plugin's check of its settings may take, and how long components may take to get theirs. */
    private static final Duration CHECK = Duration.ofSeconds(5);

    private static final Duration TAKE_UP = Duration.ofSeconds(2);

    private @Nullable ServiceTracker<ConfigurationAdmin, ConfigurationAdmin> admins;
    private @Nullable ServiceTracker<MetaTypeService, MetaTypeService> metatypes;
    private @Nullable ServiceTracker<ServiceComponentRuntime, ServiceComponentRuntime> runtimes;
    private @Nullable Open open;

    /** Makes an activator; the framework does. */
    public Activator() {}

    @Override
    public void start(BundleContext context) throws IOException {
        runtimes = new ServiceTracker<>(context, ServiceComponentRuntime.class, null);
        runtimes.open();
        metatypes = tracker(context, MetaTypeService.class);
        metatypes.open();
        admins = tracker(context, ConfigurationAdmin.class);
        admins.open();
        if (open == null) {
            log.warn("waiting for ConfigAdmin and Metatype; until they are there, no settings are read");
        }
    }

    @Override
    public void stop(BundleContext context) {
        close();
        for (var tracker :
                new ArrayList<@Nullable ServiceTracker<?, ?>>(java.util.Arrays.asList(admins, metatypes, runtimes))) {
            if (tracker != null) {
                tracker.close();
            }
        }
    }

    private <S> ServiceTracker<S, S> tracker(BundleContext context, Class<S> type) {
        return new ServiceTracker<>(context, type, null) {
            @Override
            public S addingService(ServiceReference<S> reference) {
                var service = super.addingService(reference);
                reopen(context, service);
                return service;
            }

            @Override
            public void removedService(ServiceReference<S> reference, S service) {
                Activator.this.close();
                super.removedService(reference, service);
            }
        };
    }

    private synchronized void reopen(BundleContext context, Object arrived) {
        var admin = arrived instanceof ConfigurationAdmin a ? a : admins == null ? null : admins.getService();
        var metatype = arrived instanceof MetaTypeService m ? m : metatypes == null ? null : metatypes.getService();
        if (open == null && admin != null && metatype != null) {
            try {
                open = new Open(context, admin, metatype, () -> runtimes == null ? null : runtimes.getService());
            } catch (IOException e) {
                log.error("no settings are read: {}", SafeFiles.reason(e));
            }
        }
    }

    private synchronized void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** The gate with all that hangs on it. */
    private static final class Open {

        private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
        private final BundleTracker<Bundle> bundles;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final Thread watch;
        private volatile Settings settings = Settings.DEFAULTS;
        private boolean closed;

        Open(
                BundleContext context,
                ConfigurationAdmin admin,
                MetaTypeService metatype,
                Supplier<@Nullable ServiceComponentRuntime> runtime)
                throws IOException {
            var conf = folder(context, "tarishi.conf", "conf");
            var data = folder(context, "tarishi.data", "data").resolve("config");
            var good = data.resolve("good");
            SafeFiles.makeFolder(good);
            var declarations = new Declarations(context, metatype, new SettingsCheck(CHECK));
            var gate = new Gate(
                    admin,
                    declarations,
                    new Launcher(context),
                    new TakeUp(runtime, TAKE_UP),
                    new ConfFolder(conf),
                    good,
                    new History(data.resolve("history"), Clock.systemUTC(), () -> settings.history()),
                    this::settings);
            registrations.add(context.registerService(SynchronousConfigurationListener.class, gate, null));
            gate.start();
            bundles = new BundleTracker<>(context, Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE, null) {
                @Override
                public Bundle addingBundle(Bundle bundle, @Nullable BundleEvent event) {
                    arrived(gate, context, bundle, event);
                    return bundle;
                }

                @Override
                public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, Bundle tracked) {
                    arrived(gate, context, bundle, event);
                }

                @Override
                public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Bundle tracked) {
                    declarations.forget(bundle);
                }
            };
            bundles.open();
            BiFunction<List<String>, Appendable, Integer> command = new ConfigCommand(gate, conf);
            registrations.add(context.registerService(
                    BiFunction.class,
                    command,
                    FrameworkUtil.asDictionary(
                            Map.of("tarishi.command", "config", "tarishi.command.help", ConfigCommand.HELP))));
            registrations.add(context.registerService(SettingsArchive.class, new Archive(gate), null));
            Supplier<Map<String, Object>> status = () -> Map.of("ready", gate.isReady(), "lines", gate.complaints());
            registrations.add(context.registerService(
                    Supplier.class, status, FrameworkUtil.asDictionary(Map.of("tarishi.status", "config"))));
            watch = Thread.ofPlatform().daemon().name("config watch").start(() -> watch(gate));
        }

        private static Path folder(BundleContext context, String property, String otherwise) {
            return Path.of(Objects.requireNonNullElse(context.getProperty(property), otherwise))
                    .toAbsolutePath();
        }

        private static void arrived(Gate gate, BundleContext context, Bundle bundle, @Nullable BundleEvent event) {
            var isStopping = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() != Bundle.ACTIVE
                    && context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() != Bundle.STARTING;
            // What has started was checked when it was about to.
            var isNews =
                    event == null || (event.getType() != BundleEvent.STARTED && event.getType() != BundleEvent.STOPPED);
            if (!isStopping && isNews) {
                gate.arrived(bundle);
            }
        }

        private void settings(Settings now) {
            settings = now;
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void watch(Gate gate) {
            while (true) {
                lock.lock();
                try {
                    var left = settings.poll().toNanos();
                    while (!closed && left > 0) {
                        left = Math.min(
                                changed.awaitNanos(left), settings.poll().toNanos());
                    }
                    if (closed) {
                        return;
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                } finally {
                    lock.unlock();
                }
                try {
                    gate.poll();
                } catch (RuntimeException e) {
                    // One strange file must not end the watching of all.
                    log.error("the settings folder could not be looked at", e);
                }
            }
        }

        void close() {
            bundles.close();
            for (var registration : registrations) {
                try {
                    registration.unregister();
                } catch (IllegalStateException e) {
                    log.debug("unregistered already", e);
                }
            }
            lock.lock();
            try {
                closed = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            try {
                var _ = watch.join(Duration.ofSeconds(TimeUnit.SECONDS.convert(TAKE_UP.plus(CHECK))));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
