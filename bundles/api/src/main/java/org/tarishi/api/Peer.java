package org.tarishi.api;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** One end of a connection. */
@ProviderType
public interface Peer {

    /** Returns the address and port; of a Unix domain socket, the loopback address and port 0. */
    InetSocketAddress address();

    /**
     * Returns the name: this host's own for the local end; for the remote end what the reverse look-up or a plugin found, nothing
     * when there is none.
     */
    Optional<String> name();

    /** Tells whether the address is in a private network (RFC 1918, RFC 4193, RFC 5737, loopback, link-local). */
    boolean isPrivate();

    /** Tells whether the address is this machine's: loopback, link-local, or that of one of its interfaces. */
    boolean isLocal();
}
