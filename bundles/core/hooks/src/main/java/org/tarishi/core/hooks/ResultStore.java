package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.PluginResults;
import org.tarishi.api.Results;
import org.tarishi.api.hook.ResultEvent;
import org.tarishi.core.spi.LiveResults;

/** Results in memory. Any thread. */
final class ResultStore implements LiveResults {

    /** What the core says under no other name. */
    private static final String CORE = "core";

    /** The most entries of one list of one plugin: a peer may make a plugin say one for each command. */
    private static final int MOST = 1000;

    /** Is told of each entry. */
    @FunctionalInterface
    interface Sink {
        void written(String id, String plugin, String key, Object value);
    }

    /** Tells listeners. */
    record Event(String id, String plugin, String key, Object value) implements ResultEvent {}

    private static final class Entry {
        private final Map<String, List<String>> lists = new HashMap<>();
        private final Map<String, Object> values = new LinkedHashMap<>();
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
            return values.get(key) instanceof Long count ? count : 0;
        }

        @Override
        public String summary() {
            var words = new ArrayList<String>();
            passed.forEach(word -> words.add("pass:" + word));
            failed.forEach(word -> words.add("fail:" + word));
            skipped.forEach(word -> words.add("skip:" + word));
            errors.forEach(word -> words.add("err:" + word));
            messages.forEach(word -> words.add("msg:" + word));
            values.forEach((key, value) -> words.add(key + ":" + value));
            return String.join(", ", words);
        }
    }

    private final String id;
    private final Sink sink;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Results core = as(CORE);

    ResultStore(String id, Sink sink) {
        this.id = id;
        this.sink = sink;
    }

    @Override
    public Results as(String plugin) {
        return new Writer(plugin);
    }

    @Override
    public void pass(String what) {
        core.pass(what);
    }

    @Override
    public void fail(String what) {
        core.fail(what);
    }

    @Override
    public void skip(String what) {
        core.skip(what);
    }

    @Override
    public void error(String what) {
        core.error(what);
    }

    @Override
    public void message(String what) {
        core.message(what);
    }

    @Override
    public void put(String key, Object value) {
        core.put(key, value);
    }

    @Override
    public void increment(String key, long by) {
        core.increment(key, by);
    }

    @Override
    public void push(String key, Object value) {
        core.push(key, value);
    }

    @Override
    public Optional<PluginResults> of(String plugin) {
        synchronized (entries) {
            return Optional.ofNullable(entries.get(plugin)).map(ResultStore::snapshot);
        }
    }

    @Override
    public Map<String, PluginResults> all() {
        synchronized (entries) {
            var all = new LinkedHashMap<String, PluginResults>();
            entries.forEach((plugin, entry) -> all.put(plugin, snapshot(entry)));
            return Collections.unmodifiableMap(all);
        }
    }

    /** Returns a copy to try changes on. */
    ResultStore copy() {
        return copy((i, plugin, key, value) -> {});
    }

    /** Returns a copy whose listeners are told what is written to it. */
    ResultStore twin() {
        return copy(sink);
    }

    private ResultStore copy(Sink told) {
        var copy = new ResultStore(id, told);
        synchronized (entries) {
            entries.forEach((plugin, entry) -> {
                var other = new Entry();
                entry.lists.forEach((key, list) -> other.lists.put(key, new ArrayList<>(list)));
                other.values.putAll(entry.values);
                copy.entries.put(plugin, other);
            });
        }
        return copy;
    }

    /**
     * Returns the value as it is kept.
     *
     * @throws IllegalArgumentException when it is no string, number, boolean or list of these
     */
    static Object checked(String key, Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean bool -> bool;
            case Long number -> number;
            case Integer number -> number;
            case Double number -> number;
            case Short number -> number;
            case Byte number -> number;
            case Float number -> number;
            case List<?> list ->
                list.stream()
                        .map(item -> item instanceof List<?> ? refused(key, item) : checked(key, item))
                        .toList();
            default -> refused(key, value);
        };
    }

    private static Object refused(String key, Object value) {
        throw new IllegalArgumentException("result " + key + ": want a string, number, boolean or a list of these, not "
                + value.getClass().getName());
    }

    private static PluginResults snapshot(Entry entry) {
        return new Snapshot(
                list(entry, "pass"),
                list(entry, "fail"),
                list(entry, "skip"),
                list(entry, "error"),
                list(entry, "message"),
                Collections.unmodifiableMap(new LinkedHashMap<>(entry.values)));
    }

    private static List<String> list(Entry entry, String key) {
        var list = entry.lists.get(key);
        return list == null ? List.of() : List.copyOf(list);
    }

    private final class Writer implements Results {

        private final String plugin;

        Writer(String plugin) {
            this.plugin = plugin;
        }

        @Override
        public void pass(String what) {
            append("pass", what);
        }

        @Override
        public void fail(String what) {
            append("fail", what);
        }

        @Override
        public void skip(String what) {
            append("skip", what);
        }

        @Override
        public void error(String what) {
            append("error", what);
        }

        @Override
        public void message(String what) {
            append("message", what);
        }

        @Override
        public void put(String key, Object value) {
            var kept = checked(key, value);
            synchronized (entries) {
                if (room(entry().values, key)) {
                    entry().values.put(key, kept);
                }
            }
            sink.written(id, plugin, key, kept);
        }

        @Override
        public void increment(String key, long by) {
            synchronized (entries) {
                var values = entry().values;
                if (room(values, key)) {
                    values.put(key, (values.get(key) instanceof Long count ? count : 0L) + by);
                }
            }
            sink.written(id, plugin, key, by);
        }

        @Override
        public void push(String key, Object value) {
            var kept = checked(key, value);
            synchronized (entries) {
                var values = entry().values;
                var list =
                        values.get(key) instanceof List<?> before ? new ArrayList<Object>(before) : new ArrayList<>();
                if (list.size() < MOST && room(values, key)) {
                    list.add(kept);
                    values.put(key, Collections.unmodifiableList(list));
                }
            }
            sink.written(id, plugin, key, kept);
        }

        @Override
        public Optional<PluginResults> of(String other) {
            return ResultStore.this.of(other);
        }

        @Override
        public Map<String, PluginResults> all() {
            return ResultStore.this.all();
        }

        private void append(String key, String what) {
            synchronized (entries) {
                var list = entry().lists.computeIfAbsent(key, k -> new ArrayList<>(2));
                if (list.size() < MOST) {
                    list.add(what);
                }
            }
            sink.written(id, plugin, key, what);
        }

        private boolean room(Map<String, Object> values, String key) {
            return values.size() < MOST || values.containsKey(key);
        }

        private Entry entry() {
            return entries.computeIfAbsent(plugin, name -> new Entry());
        }
    }
}
