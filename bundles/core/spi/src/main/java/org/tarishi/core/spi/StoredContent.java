package org.tarishi.core.spi;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The bytes of a message that is stored elsewhere. They don't change; any number of readers, any thread.
 *
 * <p>Reading a body fails at its end with an {@link IOException} when it is not what was stored.
 */
@ConsumerType
public interface StoredContent {

    /** Returns the header as it stands: fields with their CRLF, without the empty line; not to be changed. */
    byte[] header();

    /** Returns the bytes of the body. */
    long bodySize();

    /** Tells whether a byte of the body is above 127. */
    boolean isEightBit();

    /** Tells whether the body may be any bytes; see {@link org.tarishi.api.message.Message#isBinary}. */
    boolean isBinary();

    /** Opens a range of the body. */
    InputStream openBody(long from, long to) throws IOException;
}
