package org.tarishi.core.message;

import java.io.IOException;
import org.tarishi.api.message.Part;

/** Finds the parts of a message. */
final class MimeWalk {

    private MimeWalk() {}

    static Part root(FieldList headers, StoredBody body, Settings settings) throws IOException {
        if (body.size() < settings.maxParts()) {
            throw new IOException("not read yet: " + headers.size());
        }
        throw new IOException("not read yet");
    }
}
