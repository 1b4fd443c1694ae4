package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.tarishi.core.spi.StoredContent;

/** A body that is stored elsewhere, and stays there. */
final class RestoredContent implements Content {

    private final StoredContent stored;
    private volatile boolean closed;

    RestoredContent(StoredContent stored) {
        this.stored = stored;
    }

    @Override
    public InputStream open(long from, long to) throws IOException {
        if (closed) {
            throw new IOException("the message is closed");
        }
        return stored.openBody(from, to);
    }

    @Override
    public void write(long from, long to, OutputStream out) throws IOException {
        try (var in = open(from, to)) {
            in.transferTo(out);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
