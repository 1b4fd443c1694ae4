package org.tarishi.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Notes;

/** Keeps notes as the server does: a key with a codec keeps bytes, one without refuses values of a plugin's own class. */
public final class FakeNotes implements Notes {

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Makes empty notes. */
    public FakeNotes() {}

    @Override
    public <T> Optional<T> get(NoteKey<T> key) {
        return read(values.get(key.name()), key);
    }

    private static <T> Optional<T> read(@Nullable Object kept, NoteKey<T> key) {
        if (kept instanceof Encoded(int version, byte[] bytes)) {
            return key.codec().flatMap(codec -> decode(codec, version, bytes));
        }
        return key.type().isInstance(kept) ? Optional.of(key.type().cast(kept)) : Optional.empty();
    }

    private static <T> Optional<T> decode(NoteCodec<T> codec, int version, byte[] bytes) {
        try {
            return Optional.of(codec.decode(version, bytes.clone()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public <T> void put(NoteKey<T> key, T value) {
        values.put(key.name(), kept(key, value));
    }

    @Override
    public <T> void putIfAbsent(NoteKey<T> key, T value) {
        values.putIfAbsent(key.name(), kept(key, value));
    }

    private static <T> Object kept(NoteKey<T> key, T value) {
        var codec = key.codec();
        if (codec.isPresent()) {
            return new Encoded(codec.get().version(), codec.get().encode(value));
        }
        var type = value.getClass();
        if (type.getClassLoader() != null
                && !type.getClassLoader().equals(ClassLoader.getPlatformClassLoader())
                && !type.getName().startsWith("org.tarishi.api.")) {
            throw new IllegalArgumentException(
                    "the note " + key.name() + " has no codec and can't hold a " + type.getName());
        }
        return value;
    }

    @Override
    public void remove(NoteKey<?> key) {
        values.remove(key.name());
    }

    @Override
    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    @SuppressWarnings("ArrayRecordComponent") // taken apart here, compared nowhere
    private record Encoded(int version, byte[] bytes) {}
}
