package org.tarishi.core.tls;

import java.io.IOException;
import java.nio.file.Path;

/** A file of keys or certificates won't do. The message begins with the file and says why, never with a secret. */
final class KeyFileException extends IOException {

    private static final long serialVersionUID = 1L;

    KeyFileException(Path file, String why) {
        super(file + " " + why);
    }
}
