package org.tarishi.api.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A part that is no text and no message, or is marked as an attachment. */
@ProviderType
public interface Attachment {

    /** Returns the media type in lower case. */
    String type();

    /** Returns the file name, decoded; it is data, never a path. */
    Optional<String> fileName();

    /** Opens the content, transfer encoding taken off. */
    InputStream open() throws IOException;

    /** Returns the part itself. */
    Part part();
}
