package org.tarishi.api.outbound;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;

/** What a next hop, or the server in its place, said of one recipient. */
@ProviderType
public interface RecipientFailure {

    /** Returns the recipient. */
    Recipient recipient();

    /** Returns the reply. */
    Reply reply();
}
