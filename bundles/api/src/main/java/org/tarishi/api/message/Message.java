package org.tarishi.api.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A whole message.
 *
 * <p>It may be read any number of times, by several threads at once, until the transaction ends. Changes are those of the call and
 * are handed over when it returns. Bytes that nobody changes go out as they came in.
 */
@ProviderType
public interface Message {

    /** Returns the header; changes go into the message. */
    Headers headers();

    /** Returns what follows the header as it arrived, without banner and filters. */
    Body body();

    /** Returns the bytes of header and body together as they are now. */
    long size() throws IOException;

    /** Tells whether a byte of the header is above 127 (RFC 6532): it can't be sent without SMTPUTF8. */
    boolean hasUtf8Headers();

    /** Tells whether a byte of the body is above 127: it can't be sent without 8BITMIME. */
    boolean isEightBit();

    /**
     * Tells whether the body may be any bytes (RFC 3030 section 3, {@code BODY=BINARYMIME}): line ends are part of its content then, and it
     * can be sent only by BDAT to a host that offers BINARYMIME. The header is made of lines all the same.
     */
    boolean isBinary();

    /** Returns the root of the message's MIME parts; read when first asked for. */
    Part root() throws MimeLimitException, IOException;

    /** Opens the whole message as it is now, header and body, CRLF line ends. */
    InputStream open() throws IOException;

    /**
     * Writes the message as it is now. Of one that {@link #isBinary()}, {@link WriteOption#LF} changes the header only.
     *
     * @throws IOException also when a message that {@link #isBinary()} is to be written with dots
     */
    void writeTo(OutputStream out, Set<WriteOption> options) throws IOException;

    /**
     * Adds a text to every text part that is no attachment, at its end.
     *
     * @param text for text/plain
     * @param html for text/html
     */
    void banner(String text, String html);

    /**
     * Passes the decoded content of each part of a type through a function; what it returns is encoded as the part was.
     *
     * @param type a media type, or its beginning, such as {@code text/}
     */
    void filterPart(String type, PartFilter filter);

    /** How a message is written. */
    enum WriteOption {
        /** Lines end with LF. */
        LF,
        /** A dot is put before each line that begins with one (RFC 5321 section 4.5.2). */
        DOT_STUFFED,
        /** A final line with a dot follows. */
        FINAL_DOT,
        /** The header and the empty line are left out. */
        BODY_ONLY
    }
}
