package org.tarishi.plugin.outboundwebhook;

import java.util.Locale;

/** What may become of mail. */
enum Kind {
    /** A message was taken into the outbound queue. */
    QUEUED,
    /** A next hop took it for a recipient. */
    DELIVERED,
    /** An attempt failed for now. */
    DEFERRED,
    /** It failed for good. */
    BOUNCED;

    /** Returns its name in settings and events. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
