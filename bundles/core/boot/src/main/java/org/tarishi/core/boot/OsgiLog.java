package org.tarishi.core.boot;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Brings what bundles write to the OSGi log (SCR, ConfigAdmin and the like) into ours.
 *
 * <p>The types of that log belong to the bundle that exports them and are not on the class path, hence the reflection.
 */
final class OsgiLog {

    private static final Logger log = LoggerFactory.getLogger(OsgiLog.class);
    private static final String READER = "org.osgi.service.log.LogReaderService";
    private static final String ADMIN = "org.osgi.service.log.admin.LoggerAdmin";
    /** Below it is a logger for each kind of the framework's events. */
    private static final String EVENTS = "Events";

    private OsgiLog() {}

    /** Listens from the moment that the log's bundle offers its reader, so that no entry is missed. */
    static void bridge(BundleContext system) {
        try {
            system.addServiceListener(
                    event -> {
                        if (event.getType() == ServiceEvent.REGISTERED) {
                            var reference = event.getServiceReference();
                            if (List.of((Object[]) reference.getProperty("objectClass"))
                                    .contains(ADMIN)) {
                                hushEvents(system, reference);
                            } else {
                                attach(system, reference);
                            }
                        }
                    },
                    "(|(objectClass=" + READER + ")(objectClass=" + ADMIN + "))");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Every event of the framework would come as an entry too, many hundreds at a start, each made, queued and handed over by another thread;
     * those that matter are logged where they are handled.
     */
    private static void hushEvents(BundleContext system, ServiceReference<?> reference) {
        try {
            var admin = Objects.requireNonNull(system.getService(reference));
            GoneBundles.forgetLoggers(system, admin);
            var loader = admin.getClass().getClassLoader();
            var context = Class.forName(ADMIN, false, loader)
                    .getMethod("getLoggerContext", String.class)
                    .invoke(admin, (Object) null);
            var error = Class.forName("org.osgi.service.log.LogLevel", false, loader)
                    .getField("ERROR")
                    .get(null);
            Class.forName("org.osgi.service.log.admin.LoggerContext", false, loader)
                    .getMethod("setLogLevels", Map.class)
                    .invoke(context, Map.of(EVENTS, error));
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.warn("events of the framework are entries of the OSGi log too", e);
        }
    }

    private static void attach(BundleContext system, ServiceReference<?> reference) {
        try {
            var reader = Objects.requireNonNull(system.getService(reference));
            var loader = reader.getClass().getClassLoader();
            var listenerType = Class.forName("org.osgi.service.log.LogListener", false, loader);
            var listener = Proxy.newProxyInstance(
                    listenerType.getClassLoader(), new Class<?>[] {listenerType}, (proxy, method, arguments) -> {
                        return switch (method.getName()) {
                            case "logged" -> {
                                pass(arguments[0]);
                                yield null;
                            }
                            case "equals" -> isSame(proxy, arguments[0]);
                            case "hashCode" -> System.identityHashCode(proxy);
                            default -> "the log";
                        };
                    });
            Class.forName(READER, false, loader)
                    .getMethod("addLogListener", listenerType)
                    .invoke(reader, listener);
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.warn("what bundles write to the OSGi log is not shown", e);
        }
    }

    // Identity is what a proxy's equals has to mean: calling equals would come back here.
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Object proxy, Object other) {
        return proxy == other;
    }

    private static void pass(Object entry) {
        try {
            var name = get(entry, "getLoggerName");
            if (name instanceof String text && text.startsWith(EVENTS + ".")) {
                return;
            }
            var from = get(entry, "getBundle") instanceof Bundle b ? b : null;
            var bundle = from == null ? null : from.getSymbolicName();
            var thrown = get(entry, "getException") instanceof Throwable t ? t : null;
            var message = String.valueOf(get(entry, "getMessage"));
            var level = switch (String.valueOf(get(entry, "getLogLevel"))) {
                case "AUDIT", "INFO" -> Level.INFO;
                case "ERROR" -> Level.ERROR;
                case "WARN" -> Level.WARN;
                case "DEBUG" -> Level.DEBUG;
                default -> Level.TRACE;
            };
            if (from != null && isStartOfComponent(message, thrown) && isPlugin(from)) {
                level = Level.DEBUG;
            }
            LoggerFactory.getLogger(logger(name, bundle))
                    .atLevel(level)
                    .setCause(thrown)
                    .log(message);
        } catch (ReflectiveOperationException e) {
            log.debug("unreadable log entry", e);
        }
    }

    /** Tells whether an entry is SCR's word on a component that does not start. */
    private static boolean isStartOfComponent(String message, @Nullable Throwable thrown) {
        return message.contains("Failed creating the component instance")
                || (thrown != null
                        && Arrays.stream(thrown.getStackTrace())
                                .anyMatch(frame -> frame.getClassName().startsWith("org.apache.felix.scr.impl.")
                                        && frame.getMethodName().equals("createImplementationObject")));
    }

    /** Tells whether a bundle has a plugin's component: whoever calls those says in one line which does not start, and tries again. */
    private static boolean isPlugin(Bundle bundle) {
        var services = bundle.getRegisteredServices();
        return services != null
                && Arrays.stream(services).anyMatch(service -> service.getProperty("tarishi.smtp.plugin") != null);
    }

    /** Returns the logger's name as the bundle gave it, or the bundle's own where it gave none. */
    private static String logger(@Nullable Object name, @Nullable String bundle) {
        var given = name instanceof String text ? text : "";
        if (given.startsWith("LogService.")) {
            return given.substring("LogService.".length());
        }
        return given.isEmpty() || given.equals("ROOT") || given.equals("LogService") ? "" + bundle : given;
    }

    private static @Nullable Object get(Object entry, String accessor) throws ReflectiveOperationException {
        return Class.forName(
                        "org.osgi.service.log.LogEntry", false, entry.getClass().getClassLoader())
                .getMethod(accessor)
                .invoke(entry);
    }
}
