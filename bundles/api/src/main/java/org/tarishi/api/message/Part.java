package org.tarishi.api.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A MIME part (RFC 2045), or the whole message as the root of its parts. */
@ProviderType
public interface Part {

    /** Returns the part's own header; that of the root is the message's. */
    List<HeaderField> headers();

    /** Returns the media type in lower case, {@code text/plain} where none is given. */
    String type();

    /** Returns a parameter of Content-Type, decoded (RFC 2231). */
    Optional<String> parameter(String name);

    /** Returns the file name by Content-Disposition or Content-Type, decoded; it is data, never a path. */
    Optional<String> fileName();

    /** Returns the disposition in lower case, if there is one. */
    Optional<String> disposition();

    /** Returns the transfer encoding in lower case, {@code 7bit} where none is given. */
    String transferEncoding();

    /** Tells whether the part is no text and no message, or is marked as an attachment. */
    boolean isAttachment();

    /** Returns the parts below, in order; a message/rfc822 part has one. */
    List<Part> parts();

    /** Opens the content as it is transferred. */
    InputStream openRaw() throws IOException;

    /** Opens the content, transfer encoding taken off; what is not well encoded is passed on as well as can be. */
    InputStream open() throws IOException;

    /**
     * Returns the content as text by its charset, UTF-8 or else ISO 8859-1 where that is unknown.
     *
     * @param limit the most characters to return
     */
    String text(int limit) throws IOException;
}
