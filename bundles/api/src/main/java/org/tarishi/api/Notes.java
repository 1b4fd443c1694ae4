package org.tarishi.api;

import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * State that plugins keep with a scope: the server, a connection, a transaction, a queued mail.
 *
 * <p>What a hook writes is seen by others when its call has returned; a call that faults leaves nothing. After the call, writing throws
 * {@link IllegalStateException}.
 */
@ProviderType
public interface Notes {

    /** Returns a note, nothing when there is none or it is of another type. */
    <T> Optional<T> get(NoteKey<T> key);

    /**
     * Writes a note.
     *
     * @throws IllegalArgumentException when the key has no codec and the value's class is the plugin's own
     */
    <T> void put(NoteKey<T> key, T value);

    /** Writes a note unless there is one of this name. */
    <T> void putIfAbsent(NoteKey<T> key, T value);

    /** Removes a note; nothing happens when there is none. */
    void remove(NoteKey<?> key);

    /** Returns the names of all notes. */
    Set<String> names();
}
