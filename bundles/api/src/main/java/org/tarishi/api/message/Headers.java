package org.tarishi.api.message;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The header of a message: fields in order, untouched ones true to the byte.
 *
 * <p>Names are compared without regard to case. Values that are set are folded where they are long, encoded where they are beyond
 * ASCII (RFC 2047), and refused where they hold a control character; a line break becomes a fold.
 */
@ProviderType
public interface Headers {

    /** Returns all fields, first to last; the list does not change later. */
    List<HeaderField> fields();

    /** Returns the fields of a name, first to last. */
    List<HeaderField> all(String name);

    /** Returns the decoded value of the first field of a name. */
    Optional<String> first(String name);

    /** Returns the decoded value of the last field of a name. */
    Optional<String> last(String name);

    /** Returns the addresses of all fields of a name; what can't be read is left out. */
    List<HeaderAddress> addresses(String name);

    /**
     * Puts a field on top.
     *
     * @throws IllegalArgumentException when the name is no field name (RFC 5322 section 3.6.8) or the value holds a control character
     */
    void prepend(String name, String value);

    /** Puts a field at the end; throws as {@link #prepend}. */
    void append(String name, String value);

    /** Puts a field in the place of the first of its name and removes the others, or at the end; throws as {@link #prepend}. */
    void replace(String name, String value);

    /** Removes all fields of a name; returns how many there were. */
    int remove(String name);

    /** Removes one field, as taken from {@link #fields()}; returns whether it was there. */
    boolean remove(HeaderField field);
}
