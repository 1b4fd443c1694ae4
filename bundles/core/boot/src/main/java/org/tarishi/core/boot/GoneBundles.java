package org.tarishi.core.boot;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.felix.framework.Felix;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the platform forget bundles that were uninstalled. It keeps each for what it has used, with all that was read of it, until the next
 * start: ten kilobytes or more for each replacement. No call ends that, so these maps are looked up by their names; where a later version
 * has them no more, nothing is done, and a test tells.
 */
final class GoneBundles {

    private static final Logger log = LoggerFactory.getLogger(GoneBundles.class);

    private static final String HTTP_RUNTIME = "org.osgi.service.servlet.runtime.HttpServiceRuntime";
    private static final String METATYPE = "org.apache.felix.metatype";

    private GoneBundles() {}

    /** Which services a bundle has used: Felix 7.0.5 keeps it as one that uses each no times. The framework has to be initialised. */
    static void forgetUsages(Framework framework) {
        try {
            var registry = field(Felix.class, "m_registry").get(framework);
            var usages = map(registry, "m_inUseMap");
            whenGone(framework.getBundleContext(), usages::remove);
        } catch (ReflectiveOperationException | RuntimeException e) {
            notDone(e);
        }
    }

    /**
     * The loggers that a bundle has had (Felix Log 1.3.0).
     *
     * @param admin the service LoggerAdmin
     */
    static void forgetLoggers(BundleContext system, Object admin) {
        try {
            var loggers = map(admin, "_loggers");
            var owner = field(
                    Class.forName(
                            admin.getClass().getName() + "$LoggerKey",
                            false,
                            admin.getClass().getClassLoader()),
                    "m_bundle");
            whenGone(system, bundle -> loggers.keySet().removeIf(key -> isOf(bundle, key, owner)));
        } catch (ReflectiveOperationException | RuntimeException e) {
            notDone(e);
        }
    }

    /** The texts of a bundle's settings (Felix Metatype 1.2.4). */
    static void forgetTexts(BundleContext system) {
        whenGone(system, bundle -> {
            for (var one : system.getBundles()) {
                if (METATYPE.equals(one.getSymbolicName()) && one.getState() == Bundle.ACTIVE) {
                    forgetTexts(one, bundle);
                }
            }
        });
    }

    private static void forgetTexts(Bundle metatype, Bundle gone) {
        try {
            var texts = field(metatype.loadClass(METATYPE + ".internal.l10n.BundleResources"), "resourcesByBundle")
                    .get(null);
            var _ = ((Map<?, ?>) texts).remove(gone.getBundleId());
        } catch (ReflectiveOperationException | RuntimeException e) {
            notDone(e);
        }
    }

    /** What a bundle has had served over HTTP: contexts, and filters that were without theirs when they went (Felix HTTP Jetty12 1.1.8). */
    static void forgetContexts(BundleContext system) {
        whenGone(system, bundle -> {
            try {
                var references = system.getAllServiceReferences(HTTP_RUNTIME, null);
                for (var reference : references == null ? new ServiceReference<?>[0] : references) {
                    forgetContexts(system.getService(reference));
                    system.ungetService(reference);
                }
            } catch (InvalidSyntaxException | ReflectiveOperationException | RuntimeException e) {
                notDone(e);
            }
        });
    }

    private static void forgetContexts(@Nullable Object runtime) throws ReflectiveOperationException {
        if (runtime == null) {
            return;
        }
        var manager = value(runtime, "contextManager");
        synchronized (value(manager, "contextMap")) {
            map(manager, "servicesMap").keySet().removeIf(GoneBundles::isGone);
        }
        // A filter that was left there fails in the next context, which is kept too.
        map(value(manager, "failureStateHandler"), "serviceFailures").keySet().removeIf(GoneBundles::isGone);
        for (var tracker : (List<?>) value(manager, "trackers")) {
            if (tracker.getClass().getSimpleName().equals("ServletContextHelperTracker")) {
                map(tracker, "allInfos").values().removeIf(GoneBundles::isGone);
            }
        }
    }

    /** Tells whether what the HTTP service knows is of a service that is there no more. */
    private static boolean isGone(Object info) {
        try {
            var type = info.getClass();
            while (!type.getSimpleName().equals("AbstractInfo")) {
                type = type.getSuperclass();
            }
            return ((ServiceReference<?>) field(type, "serviceReference").get(info)).getBundle() == null;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isOf(Bundle bundle, Object key, Field owner) {
        try {
            return bundle.equals(owner.get(key));
        } catch (IllegalAccessException e) {
            return false;
        }
    }

    private static Map<?, ?> map(Object of, String name) throws ReflectiveOperationException {
        return (Map<?, ?>) value(of, name);
    }

    private static Object value(Object of, String name) throws ReflectiveOperationException {
        return field(of.getClass(), name).get(of);
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        var field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static void whenGone(BundleContext system, Consumer<Bundle> forget) {
        SynchronousBundleListener listener = event -> {
            if (event.getType() == BundleEvent.UNINSTALLED) {
                forget.accept(event.getBundle());
            }
        };
        system.addBundleListener(listener);
    }

    private static void notDone(Exception e) {
        log.warn("what the platform keeps of bundles that are gone stays until the next start: {}", e.toString());
    }
}
