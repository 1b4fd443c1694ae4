package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ProviderType;

/** Receives messages. Any thread; nothing here blocks. */
@ProviderType
public interface MessageStore {

    /** Returns an empty header, for what plugins add before there is a message. */
    LiveHeaders newHeaders();

    /**
     * Opens a message that is about to arrive.
     *
     * @param id the transaction's id, for the name of the temporary file and the log
     * @param bare what bare line ends come to; of binary chunks they are refused in the header, and are content in the body
     */
    Intake open(String id, Framing framing, BareLineEnds bare, Limits limits);

    /**
     * Tells whether a message of so many bytes could be kept now, as far as that is known without waiting; in doubt yes.
     */
    boolean hasRoomFor(long bytes);

    /**
     * Makes a message of bytes that are stored elsewhere. Closing it lets nothing of them go.
     *
     * @param stored where the bytes lie; read when the message is
     */
    LiveMessage restore(StoredContent stored);

    /** How it is known where the data ends. */
    enum Framing {
        /** By a line with a lone dot (RFC 5321 section 4.1.1.4); dots at the beginning of lines are taken off. */
        DOT,
        /** By counts: who feeds says where it ends (RFC 3030 section 2). */
        CHUNKS,
        /** By counts, and the body may be any bytes (RFC 3030 section 3); the header is made of lines all the same. */
        BINARY_CHUNKS
    }

    /** What a CR or LF alone, or a NUL, comes to in a message made of lines. */
    enum BareLineEnds {
        /** The message is faulty. */
        REFUSE,
        /** A bare LF becomes CRLF, a bare CR or a NUL a blank; none of them makes an end of the data. */
        CONVERT
    }

    /**
     * What a message may be.
     *
     * @param bytes the most bytes of the message, 0 for no limit
     * @param lineBytes the most bytes of a line, CRLF included
     * @param headerFields the most header fields
     * @param headerBytes the most bytes of the header
     * @param keepBody whether the body is kept; if not it is only counted and checked
     */
    record Limits(long bytes, int lineBytes, int headerFields, int headerBytes, boolean keepBody) {}
}
