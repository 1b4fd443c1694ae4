package org.tarishi.core.scheduler;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.NoteKey;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.StoredNote;

/** Notes in memory. */
final class MemoryNotes implements LiveNotes {

    private final Map<String, Object> values = new HashMap<>();
    private int revision;

    MemoryNotes(Map<String, StoredNote> kept) {
        values.putAll(kept);
    }

    @Override
    public <T> Optional<T> get(NoteKey<T> key) {
        var value = values.get(key.name());
        if (value instanceof StoredNote(var version, var bytes)) {
            return key.codec().map(codec -> codec.decode(version, bytes));
        }
        return key.type().isInstance(value) ? Optional.of(key.type().cast(value)) : Optional.empty();
    }

    @Override
    public <T> void put(NoteKey<T> key, T value) {
        var codec = key.codec();
        if (codec.isPresent()) {
            revision++;
            values.put(
                    key.name(),
                    new StoredNote(codec.get().version(), codec.get().encode(value)));
        } else {
            values.put(key.name(), value);
        }
    }

    @Override
    public <T> void putIfAbsent(NoteKey<T> key, T value) {
        if (!values.containsKey(key.name())) {
            put(key, value);
        }
    }

    @Override
    public void remove(NoteKey<?> key) {
        if (values.remove(key.name()) instanceof StoredNote) {
            revision++;
        }
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    @Override
    public Map<String, StoredNote> coded() {
        var all = new HashMap<String, StoredNote>();
        values.forEach((name, value) -> {
            if (value instanceof StoredNote note) {
                all.put(name, note);
            }
        });
        return all;
    }

    @Override
    public int revision() {
        return revision;
    }
}
