package org.tarishi.core.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.tarishi.api.message.Attachment;
import org.tarishi.api.message.Part;

/** A part of a message that hooks for attachments are asked about. */
record AttachmentPart(Part part) implements Attachment {

    @Override
    public String type() {
        return part.type();
    }

    @Override
    public Optional<String> fileName() {
        return part.fileName();
    }

    @Override
    public InputStream open() throws IOException {
        return part.open();
    }
}
