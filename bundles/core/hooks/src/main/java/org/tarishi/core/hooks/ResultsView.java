package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.PluginResults;
import org.tarishi.api.Results;
import org.tarishi.core.spi.LiveResults;

/** Results as one call sees them; what it writes goes under the plugin's name. */
final class ResultsView implements Results {

    private final Call call;
    private final Results live;
    private @Nullable List<Consumer<Results>> changes;

    ResultsView(Call call, Results live) {
        this.call = call;
        this.live = live;
    }

    private void change(Consumer<Results> change) {
        call.checkOpen();
        var own = changes;
        if (own == null) {
            own = new ArrayList<>(2);
            changes = own;
        }
        own.add(change);
        call.edit(() -> change.accept(writer(live)));
    }

    private Results writer(Results results) {
        return results instanceof LiveResults store
                ? store.as(call.link().component().source().name().toString())
                : results;
    }

    private Results now() {
        var own = changes;
        if (own == null || !call.isOpen() || !(live instanceof ResultStore store)) {
            return live;
        }
        var copy = store.copy();
        own.forEach(change -> change.accept(writer(copy)));
        return copy;
    }

    @Override
    public void pass(String what) {
        change(results -> results.pass(what));
    }

    @Override
    public void fail(String what) {
        change(results -> results.fail(what));
    }

    @Override
    public void skip(String what) {
        change(results -> results.skip(what));
    }

    @Override
    public void error(String what) {
        change(results -> results.error(what));
    }

    @Override
    public void message(String what) {
        change(results -> results.message(what));
    }

    @Override
    public void put(String key, Object value) {
        var kept = ResultStore.checked(key, value);
        change(results -> results.put(key, kept));
    }

    @Override
    public void increment(String key, long by) {
        change(results -> results.increment(key, by));
    }

    @Override
    public void push(String key, Object value) {
        var kept = ResultStore.checked(key, value);
        change(results -> results.push(key, kept));
    }

    @Override
    public Optional<PluginResults> of(String plugin) {
        return now().of(plugin);
    }

    @Override
    public Map<String, PluginResults> all() {
        return now().all();
    }
}
