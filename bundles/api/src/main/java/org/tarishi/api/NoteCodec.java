package org.tarishi.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Turns a note into bytes and back.
 *
 * <p>Bytes outlive the version of the plugin that wrote them; {@link #decode} is told which version of the form it reads.
 *
 * @param <T> the type of the note
 */
@ConsumerType
public interface NoteCodec<T> {

    /** Returns the version of the form that {@link #encode} writes, from 0. */
    int version();

    /** Returns the bytes of a value. */
    byte[] encode(T value);

    /**
     * Returns the value of bytes that some version wrote.
     *
     * @throws IllegalArgumentException when they can't be read; the note then reads as absent
     */
    T decode(int version, byte[] bytes);
}
