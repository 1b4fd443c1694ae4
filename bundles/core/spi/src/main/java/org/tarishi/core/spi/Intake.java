package org.tarishi.core.spi;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes the bytes of a message, as {@link MessageStore.Framing} says, and keeps them.
 *
 * <p>Only CRLF ends a line, and only CRLF, dot, CRLF ends data that is framed by a dot. After a fault the bytes are still read to the
 * end, so that none of them is taken for a command, and thrown away. One thread at a time; never blocks: bytes for the disk are handed
 * to another thread.
 */
@ProviderType
public interface Intake {

    /** Takes bytes from the buffer's position; those behind a lone dot stay in it. */
    Progress feed(ByteBuffer bytes);

    /** Says that the data framed by counts ends here; a last line without CRLF gets one, unless it is binary. */
    void end();

    /** Returns what is wrong with the bytes so far, null for nothing. */
    @Nullable Fault fault();

    /** Runs an action once, by {@code turn}, when more may be fed after {@link Progress#WAIT}. */
    void whenReady(Executor turn, Runnable action);

    /** Sends a copy of each run of kept bytes somewhere else too; to be set before the first byte. */
    void tap(Consumer<ByteBuffer> tap);

    /** Returns how many bytes the message has so far, dots taken off. */
    long size();

    /**
     * Completes the message after {@link Progress#END} or {@link #end}: waits, off this thread, until what goes to disk is written, and reads the header.
     *
     * @param then told the message or the fault, by {@code turn}, or at once where nothing is waited for
     */
    void complete(Executor turn, Consumer<Received> then);

    /** Throws everything away; at any time, once or more. */
    void abort();

    /** Where the data stands. */
    enum Progress {
        /** More may come. */
        MORE,
        /** More may come, but not before {@link Intake#whenReady}: the disk is behind. */
        WAIT,
        /** The lone dot was there. */
        END
    }

    /** What was received. */
    sealed interface Received {

        /**
         * A message.
         *
         * @param message the message, to be closed when the transaction ends
         */
        record Complete(LiveMessage message) implements Received {}

        /**
         * No message.
         *
         * @param fault why
         */
        record Faulty(Fault fault) implements Received {}
    }

    /** Why there is no message. */
    enum Fault {
        /** An LF without CR before it (RFC 5321 section 2.3.8). */
        BARE_LF,
        /** A CR without LF behind it (RFC 5321 section 2.3.8). */
        BARE_CR,
        /** A NUL: some drop it, so that another line comes out than was looked at (RFC 2045 section 2.8 knows none in text). */
        NUL,
        /** More bytes than allowed. */
        TOO_BIG,
        /** A line longer than allowed. */
        LINE_TOO_LONG,
        /** More header, in fields or bytes, than allowed. */
        HEADER_TOO_BIG,
        /** The disk failed or is full, or there is no memory: temporary, and logged. */
        STORAGE
    }
}
