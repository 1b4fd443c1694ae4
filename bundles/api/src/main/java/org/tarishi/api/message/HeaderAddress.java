package org.tarishi.api.message;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Mailbox;

/** One address of a header field (RFC 5322 section 3.4). */
@ProviderType
public interface HeaderAddress {

    /** Returns the address as it is written, without brackets; it need not be one that SMTP would take. */
    String address();

    /** Returns the address as SMTP would take it, if it would. */
    Optional<Mailbox> mailbox();

    /** Returns the display name, decoded; empty when there is none. */
    String name();

    /** Returns the group that it stands in, if it does. */
    Optional<String> group();
}
