package org.tarishi.core.sasl;

import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;

/** What mechanisms say of responses that are none. */
final class Failures {

    static final Reply MALFORMED = Reply.of(501, new EnhancedStatus(5, 5, 2), "malformed authentication response");

    private Failures() {}

    /** Tells whether a client wants to act as somebody else (RFC 4422 section 2): nobody may. */
    static boolean isOther(String authorized, String user) {
        return !authorized.isEmpty()
                && !SaslPrep.name(authorized).filter(user::equals).isPresent();
    }
}
