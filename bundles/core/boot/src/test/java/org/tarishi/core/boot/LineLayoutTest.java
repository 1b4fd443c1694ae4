package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineLayoutTest {

    private final LineLayout layout = new LineLayout(ZoneOffset.ofHours(2));
    private final LoggerContext context = new LoggerContext();

    @Test
    void aLineBearsTimeLevelIdLoggerAndMessage() {
        assertThat(layout.doLayout(event(Level.INFO, "accepted from {}", null, "AB12.1", "a@b.example")))
                .isEqualTo("2026-11-20T12:00:00.007+02:00 INFO  [AB12.1] org.example - accepted from a@b.example\n");
    }

    @Test
    void aLineWithoutIdHasNoBrackets() {
        assertThat(layout.doLayout(event(Level.ERROR, "x", null, null)))
                .isEqualTo("2026-11-20T12:00:00.007+02:00 ERROR org.example - x\n");
    }

    @Test
    void nobodyForgesALineByMessageArgumentOrId() {
        var forged = "x\r\n2026-11-20T12:00:00.007+02:00 ERROR org.example - y\u001b[31m";
        assertThat(layout.doLayout(event(Level.WARN, forged + " {}", null, forged, forged))
                        .lines())
                .hasSize(1);
    }

    @Test
    void aTraceFollowsBehindTabsAndItsMessagesAreEscaped() {
        var thrown = new IllegalStateException("a\nb", new IllegalArgumentException("c\rd"));

        var lines =
                layout.doLayout(event(Level.ERROR, "x", thrown, null)).lines().toList();

        assertThat(lines.getFirst()).endsWith("ERROR org.example - x");
        assertThat(lines.subList(1, lines.size())).allMatch(line -> line.startsWith("\t"));
        assertThat(lines)
                .contains(
                        "\tjava.lang.IllegalStateException: a\\nb",
                        "\tcaused by: java.lang.IllegalArgumentException: c\\rd");
    }

    @Test
    void eachSecondHasItsOwnTime() {
        var first = event(Level.INFO, "x", null, null);
        var second = event(Level.INFO, "x", null, null);
        second.setInstant(Instant.parse("2026-11-20T10:00:01.999Z"));

        assertThat(layout.doLayout(first)).startsWith("2026-11-20T12:00:00.007+02:00");
        assertThat(layout.doLayout(second)).startsWith("2026-11-20T12:00:01.999+02:00");
    }

    private LoggingEvent event(
            Level level, String message, @Nullable Throwable thrown, @Nullable String id, Object... arguments) {
        var event = new LoggingEvent("", context.getLogger("org.example"), level, message, thrown, arguments);
        event.setMDCPropertyMap(id == null ? Map.of() : Map.of(LineLayout.ID, id));
        event.setInstant(Instant.parse("2026-11-20T10:00:00.007Z"));
        return event;
    }
}
