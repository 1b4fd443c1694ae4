package org.tarishi.core.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.message.Message;

/** A message that can be worked on apart and taken over. */
@ProviderType
public interface LiveMessage extends Message {

    @Override
    LiveHeaders headers();

    /** Returns the same message to be changed apart; the body is shared. */
    LiveMessage fork();

    /** Takes header, banner and filters of a fork. */
    void adopt(LiveMessage fork);

    /** Returns where the body lies as it would go out now; never blocks. */
    BodyPlace bodyPlace();

    /**
     * Gives the file of a body that lies in one, unchanged, a second name; what follows the header is the end of it. The file stays when this message is
     * closed, and is not forced to disk. May block.
     *
     * @param target a name that is not there yet
     * @return where the body begins in the file; nothing when the body does not lie in a file, or not on that file system
     */
    OptionalLong linkBody(Path target) throws IOException;

    /** Lets memory and temporary file go; reading fails from now on. */
    void close();

    /** Where a body lies. */
    enum BodyPlace {
        /** In memory: reading it never blocks. */
        MEMORY,
        /** On disk. */
        FILE,
        /** Nowhere yet: banners or filters make it when it is read. */
        MADE
    }
}
