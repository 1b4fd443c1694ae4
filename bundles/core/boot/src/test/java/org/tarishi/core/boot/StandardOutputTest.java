package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.EchoEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of the log arrives at the standard output, and that it is left open. */
final class StandardOutputTest {

    private final LoggerContext context = new LoggerContext();
    private final Stream stream = new Stream();
    private final StandardOutput output = new StandardOutput(stream);

    private static final class Stream extends ByteArrayOutputStream {
        private boolean isClosed;

        @Override
        public void close() {
            isClosed = true;
        }

        List<String> lines() {
            return toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    @BeforeEach
    void open() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        var encoder = new EchoEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.start();
        output.setContext(context);
        output.setEncoder(encoder);
        output.start();
    }

    private void write(Level level, String message) {
        output.doAppend(new LoggingEvent("here", context.getLogger("org.example"), level, message, null, null));
    }

    @Test
    void theFirstLineAndAWarningWithAllBeforeItAreThereAtOnce() {
        write(Level.INFO, "a");
        assertThat(stream.lines()).containsExactly("[INFO] a");

        write(Level.INFO, "b");
        write(Level.WARN, "c");
        assertThat(stream.lines()).containsExactly("[INFO] a", "[INFO] b", "[WARN] c");
        output.stop();
    }

    @Test
    void nothingWaitsBehindAFlushNorBehindTheEndAndTheStreamStaysOpen() {
        write(Level.INFO, "a");
        write(Level.INFO, "b");
        output.flush();
        assertThat(stream.lines()).hasSize(2);

        write(Level.INFO, "c");
        output.stop();
        assertThat(stream.lines()).hasSize(3);
        assertThat(stream.isClosed).isFalse();
    }
}
