package org.tarishi.api.message;

import org.osgi.annotation.versioning.ProviderType;

/** One field of a message's header, true to the byte; what is not well formed is kept as it came. */
@ProviderType
public interface HeaderField {

    /** Returns the name as it stands there; empty for a line that is no field. */
    String name();

    /**
     * Returns what stands behind the colon, as it is: folded, encoded, each byte one character (ISO 8859-1), without the final CRLF.
     */
    String rawValue();

    /** Returns the value for people: unfolded, encoded words and raw UTF-8 decoded (RFC 2047, RFC 6532), outer blanks gone. */
    String value();

    /** Returns the exact bytes, with the final CRLF; a copy. */
    byte[] bytes();
}
