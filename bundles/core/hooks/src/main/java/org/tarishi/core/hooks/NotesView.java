package org.tarishi.core.hooks;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Notes;

/** Notes as one call sees them. */
final class NotesView implements Notes {

    private final Call call;
    private final Notes live;

    /** What was written, by name; a null stands for what was removed. */
    private @Nullable Map<String, @Nullable Object> written;

    NotesView(Call call, Notes live) {
        this.call = call;
        this.live = live;
    }

    @Override
    public <T> Optional<T> get(NoteKey<T> key) {
        var own = written;
        if (own != null && call.isOpen() && own.containsKey(key.name())) {
            return NoteStore.read(key, own.get(key.name()));
        }
        return live.get(key);
    }

    @Override
    public <T> void put(NoteKey<T> key, T value) {
        call.checkOpen();
        var form = NoteStore.form(key, value);
        write(key.name(), form);
        if (live instanceof NoteStore store) {
            call.edit(() -> store.keep(key.name(), form));
        } else {
            call.edit(() -> live.put(key, value));
        }
    }

    @Override
    public <T> void putIfAbsent(NoteKey<T> key, T value) {
        call.checkOpen();
        if (!names().contains(key.name())) {
            put(key, value);
        }
    }

    @Override
    public void remove(NoteKey<?> key) {
        call.checkOpen();
        write(key.name(), null);
        call.edit(() -> live.remove(key));
    }

    @Override
    public Set<String> names() {
        var own = written;
        if (own == null || !call.isOpen()) {
            return live.names();
        }
        var names = new HashSet<>(live.names());
        own.forEach((name, form) -> {
            if (form == null) {
                names.remove(name);
            } else {
                names.add(name);
            }
        });
        return Set.copyOf(names);
    }

    private void write(String name, @Nullable Object form) {
        var own = written;
        if (own == null) {
            own = new HashMap<>(4);
            written = own;
        }
        own.put(name, form);
    }
}
