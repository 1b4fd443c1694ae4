package org.tarishi.core.config;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/**
 * The settings that the launcher keeps for itself: it lives outside the framework, so it offers a service for each of its PIDs
 * ({@code tarishi.boot=settings}, {@code tarishi.pid}) that takes new values or says which key is wrong.
 */
final class Launcher {

    private final BundleContext context;

    Launcher(BundleContext context) {
        this.context = context;
    }

    /** Tells whether the launcher has settings under a PID. */
    boolean owns(String pid) {
        return ConfFolder.isPid(pid) && accepter(pid) != null;
    }

    /** Puts values in force; returns what is wrong with them when it would not. */
    @Nullable Problem put(String pid, Map<String, Object> values) {
        var accepter = accepter(pid);
        try {
            if (accepter != null) {
                accepter.accept(values);
            }
            return null;
        } catch (IllegalArgumentException e) {
            return SettingsCheck.problem("the launcher", e);
        }
    }

    // The contract of tarishi.boot=settings names the type; a service cannot carry it.
    @SuppressWarnings("unchecked")
    private @Nullable Consumer<Map<String, ?>> accepter(String pid) {
        try {
            var references = context.getServiceReferences(
                    Consumer.class.getName(), "(&(tarishi.boot=settings)(tarishi.pid=" + pid + "))");
            return references == null ? null : (Consumer<Map<String, ?>>) context.getService(references[0]);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
