package org.tarishi.api.message;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ConsumerType;

/** Changes the content of a part on its way out; called each time the message is written, maybe by several threads at once. */
@ConsumerType
@FunctionalInterface
public interface PartFilter {

    /** Returns the content to write in place of this. */
    InputStream filter(Part part, InputStream content) throws IOException;
}
