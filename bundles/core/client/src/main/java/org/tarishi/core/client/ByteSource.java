package org.tarishi.core.client;

import java.io.IOException;

/** Gives bytes one after the other. */
@FunctionalInterface
interface ByteSource {

    /** Returns the next byte, 0 to 255, waiting for it; the end is an {@link java.io.EOFException}. */
    int read() throws IOException;
}
