package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;
import org.tarishi.api.message.Headers;
import org.tarishi.core.spi.LiveHeaders;

/** A header as one call sees it: forked at the first change. */
final class HeadersView implements Headers {

    private final Call call;
    private final Supplier<LiveHeaders> live;
    private final Supplier<LiveHeaders> forking;
    private final boolean adopts;
    private final List<Consumer<Headers>> changes = new ArrayList<>(0);
    private @Nullable LiveHeaders fork;

    /**
     * Makes one.
     *
     * @param forking makes what changes go to
     * @param adopts whether the fork is to be handed over from here; if not, that of the whole message is
     */
    HeadersView(Call call, Supplier<LiveHeaders> live, Supplier<LiveHeaders> forking, boolean adopts) {
        this.call = call;
        this.live = live;
        this.forking = forking;
        this.adopts = adopts;
    }

    private Headers now() {
        var own = fork;
        return own != null && call.isOpen() ? own : live.get();
    }

    private Headers toChange() {
        call.checkOpen();
        var own = fork;
        if (own == null) {
            own = forking.get();
            fork = own;
            var made = own;
            if (call.isShared()) {
                call.edit(() -> changes.forEach(change -> change.accept(live.get())));
            } else if (adopts) {
                call.edit(() -> live.get().adopt(made));
            }
        }
        return own;
    }

    private void change(Consumer<Headers> change) {
        change.accept(toChange());
        if (call.isShared()) {
            changes.add(change);
        }
    }

    @Override
    public List<HeaderField> fields() {
        return now().fields();
    }

    @Override
    public List<HeaderField> all(String name) {
        return now().all(name);
    }

    @Override
    public Optional<String> first(String name) {
        return now().first(name);
    }

    @Override
    public Optional<String> last(String name) {
        return now().last(name);
    }

    @Override
    public List<HeaderAddress> addresses(String name) {
        return now().addresses(name);
    }

    @Override
    public void prepend(String name, String value) {
        change(headers -> headers.prepend(name, value));
    }

    @Override
    public void append(String name, String value) {
        change(headers -> headers.append(name, value));
    }

    @Override
    public void replace(String name, String value) {
        change(headers -> headers.replace(name, value));
    }

    @Override
    public int remove(String name) {
        int there = now().all(name).size();
        change(headers -> headers.remove(name));
        return there;
    }

    @Override
    public boolean remove(HeaderField field) {
        boolean there = now().fields().contains(field);
        change(headers -> headers.remove(field));
        return there;
    }
}
