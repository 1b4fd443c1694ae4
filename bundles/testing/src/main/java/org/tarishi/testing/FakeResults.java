package org.tarishi.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.tarishi.api.PluginResults;
import org.tarishi.api.Results;

/** Keeps results; what is written stands under the name {@value #PLUGIN} unless {@link #as} says another. */
public final class FakeResults implements Results {

    /** The plugin that writes, unless the test says another. */
    public static final String PLUGIN = "tested";

    private final Map<String, Entry> entries;
    private final String plugin;

    /** Makes empty results. */
    public FakeResults() {
        this(new LinkedHashMap<>(), PLUGIN);
    }

    private FakeResults(Map<String, Entry> entries, String plugin) {
        this.entries = entries;
        this.plugin = plugin;
    }

    /** Returns the same results, written by another plugin. */
    public FakeResults as(String other) {
        return new FakeResults(entries, other);
    }

    /** Returns what the plugin under test has said so far. */
    public PluginResults own() {
        return entry().snapshot();
    }

    private Entry entry() {
        return entries.computeIfAbsent(plugin, _ -> new Entry());
    }

    @Override
    public void pass(String what) {
        entry().passed.add(what);
    }

    @Override
    public void fail(String what) {
        entry().failed.add(what);
    }

    @Override
    public void skip(String what) {
        entry().skipped.add(what);
    }

    @Override
    public void error(String what) {
        entry().errors.add(what);
    }

    @Override
    public void message(String what) {
        entry().messages.add(what);
    }

    @Override
    public void put(String key, Object value) {
        entry().values.put(key, checked(value));
    }

    @Override
    public void increment(String key, long by) {
        entry().values.merge(key, by, (before, _) -> before instanceof Long n ? n + by : by);
    }

    @Override
    public void push(String key, Object value) {
        entry().values.merge(key, List.of(checked(value)), (before, added) -> {
            var all = new ArrayList<Object>(before instanceof List<?> list ? list : List.of());
            all.addAll((List<?>) added);
            return Collections.unmodifiableList(all);
        });
    }

    private static Object checked(Object value) {
        return switch (value) {
            case String s -> s;
            case Number n -> n;
            case Boolean b -> b;
            case List<?> list -> List.copyOf(list);
            default ->
                throw new IllegalArgumentException(
                        "a result is no " + value.getClass().getName());
        };
    }

    @Override
    public Optional<PluginResults> of(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::snapshot);
    }

    @Override
    public Map<String, PluginResults> all() {
        var all = new LinkedHashMap<String, PluginResults>();
        entries.forEach((name, entry) -> all.put(name, entry.snapshot()));
        return Collections.unmodifiableMap(all);
    }

    private static final class Entry {

        private final List<String> passed = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();
        private final List<String> skipped = new ArrayList<>();
        private final List<String> errors = new ArrayList<>();
        private final List<String> messages = new ArrayList<>();
        private final Map<String, Object> values = new LinkedHashMap<>();

        PluginResults snapshot() {
            return new Snapshot(
                    List.copyOf(passed),
                    List.copyOf(failed),
                    List.copyOf(skipped),
                    List.copyOf(errors),
                    List.copyOf(messages),
                    Collections.unmodifiableMap(new LinkedHashMap<>(values)));
        }
    }

    private record Snapshot(
            List<String> passed,
            List<String> failed,
            List<String> skipped,
            List<String> errors,
            List<String> messages,
            Map<String, Object> values)
            implements PluginResults {

        @Override
        public long counter(String key) {
            return values.get(key) instanceof Long n ? n : 0;
        }

        @Override
        public String summary() {
            var all = new StringJoiner(", ");
            add(all, "pass", passed);
            add(all, "fail", failed);
            add(all, "skip", skipped);
            add(all, "err", errors);
            add(all, "msg", messages);
            values.forEach((key, value) -> all.add(key + ":" + value));
            return all.toString();
        }

        private static void add(StringJoiner all, String word, List<String> what) {
            if (!what.isEmpty()) {
                all.add(word + ":" + String.join(",", what));
            }
        }
    }
}
