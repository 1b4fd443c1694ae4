package org.tarishi.core.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.PluginResults;
import org.tarishi.api.Results;
import org.tarishi.core.spi.LiveResults;

/** Remembers what was written, a line each, under which word. */
final class FakeResults implements LiveResults {

    final List<String> written;
    private final String word;

    FakeResults() {
        this(Collections.synchronizedList(new ArrayList<>()), "core");
    }

    private FakeResults(List<String> written, String word) {
        this.written = written;
        this.word = word;
    }

    FakeResults copy() {
        return new FakeResults(Collections.synchronizedList(new ArrayList<>(written)), word);
    }

    private void write(String how, String key, Object value) {
        written.add(word + " " + how + " " + key + (key.isEmpty() ? "" : "=") + value);
    }

    @Override
    public Results as(String plugin) {
        return new FakeResults(written, plugin);
    }

    @Override
    public void pass(String what) {
        write("pass", "", what);
    }

    @Override
    public void fail(String what) {
        write("fail", "", what);
    }

    @Override
    public void skip(String what) {
        write("skip", "", what);
    }

    @Override
    public void error(String what) {
        write("error", "", what);
    }

    @Override
    public void message(String what) {
        write("message", "", what);
    }

    @Override
    public void put(String key, Object value) {
        write("put", key, value);
    }

    @Override
    public void increment(String key, long by) {
        write("increment", key, by);
    }

    @Override
    public void push(String key, Object value) {
        write("push", key, value);
    }

    @Override
    public Optional<PluginResults> of(String plugin) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, PluginResults> all() {
        throw new UnsupportedOperationException();
    }
}
