package org.tarishi.core.spi;

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

    /** Lets memory and temporary file go; reading fails from now on. */
    void close();
}
