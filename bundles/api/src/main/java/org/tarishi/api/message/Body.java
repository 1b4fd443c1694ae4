package org.tarishi.api.message;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/** What follows the header of a message, byte for byte; in memory when small, else in a temporary file. */
@ProviderType
public interface Body {

    /** Returns how many bytes it has. */
    long size();

    /** Opens it from the beginning; as often as you like, several at once. */
    InputStream open() throws IOException;
}
