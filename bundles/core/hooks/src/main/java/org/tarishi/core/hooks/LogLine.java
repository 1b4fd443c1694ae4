package org.tarishi.core.hooks;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tarishi.api.log.LogMarkers;
import org.tarishi.api.log.LogRecord;

/** A line of the log, as plugins see it. */
record LogLine(
        Instant time,
        String level,
        String logger,
        Optional<String> id,
        Optional<String> plugin,
        String message,
        Map<String, String> values)
        implements LogRecord {

    /**
     * Reads a line as the launcher tells of it.
     *
     * @param line {@code time}, {@code level}, {@code markers}, {@code logger}, {@code message}, {@code context} (the MDC), {@code values}
     */
    static LogLine of(Map<?, ?> line) {
        Map<?, ?> context = get(line, "context", Map.class);
        return new LogLine(
                get(line, "time", Instant.class),
                level(get(line, "markers", Collection.class), get(line, "level", String.class)),
                get(line, "logger", String.class),
                Optional.ofNullable(context.get("id")).map(String::valueOf),
                Optional.ofNullable(context.get("plugin")).map(String::valueOf),
                get(line, "message", String.class),
                texts(get(line, "values", Map.class)));
    }

    private static <T> T get(Map<?, ?> line, String key, Class<T> type) {
        return type.cast(Objects.requireNonNull(line.get(key), key));
    }

    private static Map<String, String> texts(Map<?, ?> values) {
        var texts = new LinkedHashMap<String, String>();
        values.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        return Collections.unmodifiableMap(texts);
    }

    /** The dialogue of a session is logged at TRACE, which Haraka calls PROTOCOL; a marker says what SLF4J has no level for. */
    private static String level(Collection<?> markers, String level) {
        for (var marker : markers) {
            var name = String.valueOf(marker);
            switch (name) {
                case LogMarkers.PROTOCOL, LogMarkers.NOTICE, LogMarkers.CRIT, LogMarkers.ALERT, LogMarkers.EMERG -> {
                    return name;
                }
                default -> {}
            }
        }
        return level.equals("TRACE") ? LogMarkers.PROTOCOL : level;
    }
}
