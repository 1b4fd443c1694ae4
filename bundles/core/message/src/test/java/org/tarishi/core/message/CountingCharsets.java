package org.tarishi.core.message;

import java.nio.charset.Charset;
import java.nio.charset.spi.CharsetProvider;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Asked by the JDK for each charset that it does not have itself; has none. */
public final class CountingCharsets extends CharsetProvider {

    static final AtomicInteger ASKED = new AtomicInteger();

    /** Made by the JDK, anew for each question. */
    public CountingCharsets() {}

    @Override
    public Iterator<Charset> charsets() {
        return Collections.emptyIterator();
    }

    @Override
    public @Nullable Charset charsetForName(String name) {
        ASKED.incrementAndGet();
        return null;
    }
}
