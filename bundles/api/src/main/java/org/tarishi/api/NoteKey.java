package org.tarishi.api;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names a note and the type of its value.
 *
 * <p>A key without a codec takes values of JDK and API types only: a value of a plugin's own class would keep that version of the
 * plugin in memory, and the next version could not read it. A key with a codec takes any type, is kept as bytes, and in the scope of a
 * transaction travels into every mail made of it. A value of another type reads as absent.
 *
 * @param <T> the type of the value
 */
public final class NoteKey<T> {

    private final String name;
    private final Class<T> type;
    private final @Nullable NoteCodec<T> codec;

    private NoteKey(String name, Class<T> type, @Nullable NoteCodec<T> codec) {
        if (name.isBlank() || !Text.escaped(name).equals(name)) {
            throw new IllegalArgumentException("want a name such as greylist.firstSeen: " + Text.escaped(name));
        }
        this.name = name;
        this.type = type;
        this.codec = codec;
    }

    /**
     * Returns a key for a value of a JDK or API type that lives as long as its scope in memory.
     *
     * @param name the plugin's id, a dot, a word: {@code greylist.firstSeen}
     */
    public static <T> NoteKey<T> of(String name, Class<T> type) {
        return new NoteKey<>(name, type, null);
    }

    /** Returns a key whose values are kept as bytes, and persisted where the scope is. */
    public static <T> NoteKey<T> of(String name, Class<T> type, NoteCodec<T> codec) {
        return new NoteKey<>(name, type, codec);
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the type of the value. */
    public Class<T> type() {
        return type;
    }

    /** Returns what turns values into bytes and back, if the key has it. */
    public Optional<NoteCodec<T>> codec() {
        return Optional.ofNullable(codec);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteKey<?> k && name.equals(k.name) && type.equals(k.type);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, type);
    }

    @Override
    public String toString() {
        return name;
    }
}
