package org.tarishi.core.hooks;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Notes;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.StoredNote;

/**
 * Notes in memory. Any thread.
 *
 * <p>Nothing in here has a class of a plugin's own: what has no codec is of the JDK or the API, what has one is kept as bytes. Keys are
 * not kept, only their names, because a key holds its codec.
 */
final class NoteStore implements LiveNotes {

    /** A value in the form of its codec. */
    private static final class Encoded {
        private final int version;
        private final byte[] bytes;

        Encoded(int version, byte[] bytes) {
            this.version = version;
            this.bytes = bytes;
        }
    }

    private final Map<String, Object> values = new ConcurrentHashMap<>();
    private final AtomicInteger revision = new AtomicInteger();

    /** Makes empty ones. */
    NoteStore() {}

    /** Makes notes of what was kept. */
    NoteStore(Map<String, StoredNote> kept) {
        kept.forEach((name, note) ->
                values.put(name, new Encoded(note.version(), note.bytes().clone())));
    }

    @Override
    public <T> Optional<T> get(NoteKey<T> key) {
        return read(key, values.get(key.name()));
    }

    @Override
    public <T> void put(NoteKey<T> key, T value) {
        keep(key.name(), form(key, value));
    }

    @Override
    public <T> void putIfAbsent(NoteKey<T> key, T value) {
        var form = form(key, value);
        if (values.putIfAbsent(key.name(), form) == null) {
            changed(form);
        }
    }

    @Override
    public void remove(NoteKey<?> key) {
        keep(key.name(), null);
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    /** Returns notes that hold the same. */
    NoteStore copy() {
        var copy = new NoteStore();
        copy.values.putAll(values);
        return copy;
    }

    /** Returns what is kept under a name, in the form that it is kept in. */
    @Nullable Object kept(String name) {
        return values.get(name);
    }

    /** Keeps what {@link #form} returned, or removes. */
    void keep(String name, @Nullable Object form) {
        var before = form == null ? values.remove(name) : values.put(name, form);
        changed(form instanceof Encoded ? form : before);
    }

    private void changed(@Nullable Object form) {
        if (form instanceof Encoded) {
            revision.incrementAndGet();
        }
    }

    @Override
    public Map<String, StoredNote> coded() {
        var all = new HashMap<String, StoredNote>();
        values.forEach((name, form) -> {
            if (form instanceof Encoded encoded) {
                all.put(name, new StoredNote(encoded.version, encoded.bytes));
            }
        });
        return Map.copyOf(all);
    }

    @Override
    public int revision() {
        return revision.get();
    }

    /**
     * Returns the form in which a value is kept.
     *
     * @throws IllegalArgumentException when it has no codec, and is of a class that is not the JDK's or the API's
     */
    static <T> Object form(NoteKey<T> key, T value) {
        var codec = key.codec();
        if (codec.isPresent()) {
            return new Encoded(codec.get().version(), codec.get().encode(value).clone());
        }
        checkClass(key.name(), value, 0);
        return value;
    }

    /** Returns the value of a kept form, nothing when it is of another type or can't be read. */
    static <T> Optional<T> read(NoteKey<T> key, @Nullable Object form) {
        if (form instanceof Encoded encoded) {
            return key.codec().flatMap(codec -> decode(codec, encoded.version, encoded.bytes));
        }
        return key.type().isInstance(form) ? Optional.of(key.type().cast(form)) : Optional.empty();
    }

    private static <T> Optional<T> decode(NoteCodec<T> codec, int version, byte[] bytes) {
        try {
            return Optional.ofNullable(codec.decode(version, bytes.clone()));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void checkClass(String name, @Nullable Object value, int depth) {
        if (value == null) {
            return;
        }
        var loader = value.getClass().getClassLoader();
        if (loader != null
                && !loader.equals(ClassLoader.getPlatformClassLoader())
                && !loader.equals(Notes.class.getClassLoader())) {
            throw new IllegalArgumentException(
                    "note " + name + ": " + value.getClass().getName()
                            + " is the plugin's own class; use a type of the JDK or the API, or a key with a codec");
        }
        // what a collection of the JDK holds would pin a loader as well; deeper nesting is nobody's note
        if (depth < 3) {
            switch (value) {
                case Collection<?> items -> items.forEach(item -> checkClass(name, item, depth + 1));
                case Map<?, ?> map ->
                    map.forEach((k, v) -> {
                        checkClass(name, k, depth + 1);
                        checkClass(name, v, depth + 1);
                    });
                case Optional<?> maybe -> maybe.ifPresent(item -> checkClass(name, item, depth + 1));
                default -> {}
            }
        }
    }
}
