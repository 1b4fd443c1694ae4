package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/** The bytes of a received message, header and body, as they came. Any number of readers, any thread. */
interface Content {

    /** Opens a range of the bytes. Reading fails after {@link #close()}. */
    InputStream open(long from, long to) throws IOException;

    /** Writes a range of the bytes. */
    void write(long from, long to, OutputStream out) throws IOException;

    /** Returns the file that the bytes lie in, from its beginning; nothing when they lie elsewhere. */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /** Lets memory and file go; never blocks. */
    void close();
}
