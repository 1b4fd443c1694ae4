package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.message.Headers;

/** A header that can be worked on apart and taken over. One thread at a time. */
@ProviderType
public interface LiveHeaders extends Headers {

    /** Returns the same fields to be changed apart; costs next to nothing. */
    LiveHeaders fork();

    /** Takes the fields of a fork. */
    void adopt(LiveHeaders fork);

    /** Puts a field on top, its bytes as given: folded, with the final CRLF. */
    void prependRaw(byte[] field);

    /** Gives all fields of a name another name, their values untouched; returns how many. */
    int rename(String from, String to);
}
