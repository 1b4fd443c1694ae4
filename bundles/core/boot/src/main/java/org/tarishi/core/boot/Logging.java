package org.tarishi.core.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The log: {@code tarishi.log}, rolled by day and size, and the standard output where somebody or a supervisor reads it,
 * behind {@link LogWatch}.
 *
 * <p>Set up in code, which spares an XML parser at each start. logback finds this class by its service file and so looks for no
 * configuration of its own.
 */
public final class Logging extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Opens the log. From here on every line arrives; what is returned shows lines to those who watch them. */
    static LogWatch open(LogSettings settings, Path folder, boolean onStandardOutput) {
        var context = context();
        context.reset();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

        var file = new LogFile();
        file.setContext(context);
        file.setFile(folder.resolve("tarishi.log").toString());
        file.setEncoder(encoder(context));
        var policy = new SizeAndTimeBasedRollingPolicy<ILoggingEvent>();
        policy.setContext(context);
        policy.setParent(file);
        // Not compressed: that took a twentieth of a busy server's processor time.
        policy.setFileNamePattern(
                folder.resolve("tarishi-%d{yyyy-MM-dd}.%i.log").toString());
        policy.setMaxFileSize(new FileSize(settings.fileSize()));
        policy.setMaxHistory(settings.fileDays());
        policy.setTotalSizeCap(new FileSize(settings.fileTotal()));
        policy.start();
        file.setRollingPolicy(policy);
        file.start();
        root.addAppender(file);

        var watch = new LogWatch(onStandardOutput ? standardOutput(context) : null);
        watch.setContext(context);
        watch.start();
        root.addAppender(watch);
        levels(settings);

        // What the JDK itself logs would otherwise go to the standard error, unescaped.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        return watch;
    }

    private static StandardOutput standardOutput(LoggerContext context) {
        var output = new StandardOutput();
        output.setContext(context);
        output.setEncoder(encoder(context));
        output.start();
        return output;
    }

    /** Puts levels in force, and takes away those that no longer stand in the settings. */
    static void levels(LogSettings settings) {
        var context = context();
        for (var logger : context.getLoggerList()) {
            if (!logger.getName().equals(org.slf4j.Logger.ROOT_LOGGER_NAME)
                    && !settings.levels().containsKey(logger.getName())) {
                logger.setLevel(null);
            }
        }
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(settings.level());
        settings.levels().forEach((name, level) -> context.getLogger(name).setLevel(level));
    }

    /** Tells whether a logger lets a level through; for those that come here by another way than SLF4J. */
    static boolean lets(String logger, Level level) {
        return context().getLogger(logger).isEnabledFor(level);
    }

    /** Hands on all that was logged until now, to the file and the standard output. */
    static void flush() {
        var appenders = context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        while (appenders.hasNext()) {
            switch (appenders.next()) {
                case LogFile file -> file.flush();
                case LogWatch watch -> watch.flush();
                default -> {}
            }
        }
    }

    /** Writes what is still under way, and closes the files. */
    static void close() {
        context().stop();
    }

    private static LayoutWrappingEncoder<ILoggingEvent> encoder(LoggerContext context) {
        Layout<ILoggingEvent> layout = new LineLayout(ZoneId.systemDefault());
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
