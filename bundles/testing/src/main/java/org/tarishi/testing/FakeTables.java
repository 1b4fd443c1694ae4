package org.tarishi.testing;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** Look-ups whose content a test owns; a name that it was not given is a source that can't be asked now. Any thread. */
public final class FakeTables implements Tables {

    private final Map<String, Map<String, String>> tables = new ConcurrentHashMap<>();

    /** Makes one that knows no table. */
    public FakeTables() {}

    /** Gives a table, by its whole name such as {@code file:host_list}, these entries, in place of those before. */
    public FakeTables with(String name, Map<String, String> entries) {
        var copy = new ConcurrentHashMap<String, String>();
        entries.forEach((key, value) -> copy.put(key.toLowerCase(Locale.ROOT), value));
        tables.put(name, copy);
        return this;
    }

    /** Gives a table these keys without values, in place of its entries before. */
    public FakeTables with(String name, String... keys) {
        var entries = new ConcurrentHashMap<String, String>();
        for (var key : keys) {
            entries.put(key, "");
        }
        return with(name, entries);
    }

    /** Makes look-ups in a table fail from now on. */
    public FakeTables without(String name) {
        tables.remove(name);
        return this;
    }

    @Override
    public Table open(String name) {
        int colon = name.indexOf(':');
        if (colon < 1 || colon == name.length() - 1) {
            throw new IllegalArgumentException("want scheme:name, such as file:host_list: " + name);
        }
        return key -> {
            var entries = tables.get(name);
            if (entries == null) {
                throw new LookupException(name + " can't be asked now");
            }
            return Optional.ofNullable(entries.get(key.toLowerCase(Locale.ROOT)));
        };
    }

    @Override
    public Table open(List<String> names) {
        var all = names.stream().map(this::open).toList();
        return key -> {
            for (var table : all) {
                var value = table.get(key);
                if (value.isPresent()) {
                    return value;
                }
            }
            return Optional.empty();
        };
    }
}
