package org.tarishi.api.outbound;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;

/** A delivery. */
@ProviderType
public interface Delivered {

    /** Returns the name of the next hop. */
    String host();

    /** Returns its address, nothing for a Unix domain socket. */
    Optional<InetAddress> address();

    /** Returns its port. */
    int port();

    /** Returns {@code smtp} or {@code lmtp}. */
    String mode();

    /** Returns the reply to the final dot. */
    Reply response();

    /** Returns how long the mail was in the queue. */
    Duration delay();

    /** Returns the recipients that were taken. */
    List<Recipient> recipients();

    /** Tells whether it went over TLS. */
    boolean isSecured();

    /** Tells whether the next hop knew us. */
    boolean isAuthenticated();
}
