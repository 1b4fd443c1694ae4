package org.tarishi.core.boot;

import org.apache.felix.framework.Logger;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Passes on what the framework itself has to say. */
final class FrameworkLog extends Logger {

    private static final org.slf4j.Logger log = LoggerFactory.getLogger("org.apache.felix.framework");

    // The framework declares the raw type, and what overrides it must repeat that.
    @SuppressWarnings("rawtypes")
    @Override
    protected void doLog(
            @Nullable Bundle bundle,
            @Nullable ServiceReference reference,
            int level,
            String message,
            @Nullable Throwable thrown) {
        // The framework event about it comes as well, and says it in one line.
        if (message.startsWith("Error starting ")) {
            return;
        }
        doLog(level, bundle == null ? message : bundle + ": " + message, thrown);
    }

    @Override
    protected void doLog(int level, String message, @Nullable Throwable thrown) {
        var slf4j = switch (level) {
            case LOG_ERROR -> Level.ERROR;
            case LOG_WARNING -> Level.WARN;
            case LOG_INFO -> Level.INFO;
            default -> Level.DEBUG;
        };
        log.atLevel(slf4j).setCause(thrown).log(message);
    }
}
