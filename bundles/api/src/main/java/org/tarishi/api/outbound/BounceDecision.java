package org.tarishi.api.outbound;

import org.osgi.annotation.versioning.ProviderType;

/** Whether the sender is told of a failure. */
@ProviderType
public sealed interface BounceDecision {

    /** Returns: send the delivery status notification (RFC 3464). */
    static BounceDecision notifySender() {
        return Fixed.DSN;
    }

    /** Returns: tell nobody; the log says by whose word. */
    static BounceDecision none() {
        return Fixed.NONE;
    }

    /** The answers. */
    enum Fixed implements BounceDecision {
        /** Tell the sender. */
        DSN,
        /** Tell nobody. */
        NONE
    }
}
