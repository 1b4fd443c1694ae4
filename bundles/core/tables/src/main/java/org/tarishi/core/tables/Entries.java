package org.tarishi.core.tables;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.service.Table;

/**
 * Keys and their values in memory, compared without case. Immutable.
 *
 * <p>A key that begins with a dot, such as {@code .example.org}, stands for every key that ends with it: all domains below one, and
 * not that one itself. The key itself comes first, then the longest such end.
 */
final class Entries implements Table {

    static final Entries NONE = new Entries(Map.of());

    private final Map<String, String> values;
    private final boolean hasEnds;

    private Entries(Map<String, String> values) {
        this.values = values;
        this.hasEnds = values.keySet().stream().anyMatch(key -> key.startsWith("."));
    }

    /** Reads {@code a,b,key=value}. */
    static Entries inline(String list) {
        var values = new HashMap<String, String>();
        for (var item : list.split(",", -1)) {
            int equals = item.indexOf('=');
            var key = (equals < 0 ? item : item.substring(0, equals)).strip();
            if (key.isEmpty()) {
                throw new IllegalArgumentException("an entry of inline: is empty; want inline:a,b or inline:key=value");
            }
            values.putIfAbsent(
                    key.toLowerCase(Locale.ROOT),
                    equals < 0 ? "" : item.substring(equals + 1).strip());
        }
        return new Entries(values);
    }

    /** Reads the lines of a file. */
    static Entries of(Iterable<Line> lines) {
        var values = new HashMap<String, String>();
        lines.forEach(line -> values.putIfAbsent(line.key().toLowerCase(Locale.ROOT), line.value()));
        return new Entries(values);
    }

    @Override
    public Optional<String> get(String key) {
        var wanted = key.toLowerCase(Locale.ROOT);
        var value = values.get(wanted);
        if (value == null && hasEnds) {
            // A dot at the very beginning is no end of something longer.
            for (int dot = wanted.indexOf('.', 1); dot > 0 && value == null; dot = wanted.indexOf('.', dot + 1)) {
                value = values.get(wanted.substring(dot));
            }
        }
        return Optional.ofNullable(value);
    }
}
