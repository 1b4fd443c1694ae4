package org.tarishi.core.delivery;

import java.net.InetAddress;

/**
 * An address of a host.
 *
 * @param host the host's name, in ASCII; the address itself where there is no name
 * @param canonicalName the name at the end of the host's aliases; the host's own where it has none
 * @param isSecure whether DNSSEC vouches for the address, and for each alias on the way to it
 */
record Target(String host, String canonicalName, InetAddress address, boolean isSecure) {

    /** Tells whether the host's name is an alias of another. */
    boolean isAlias() {
        return !canonicalName.equals(host);
    }
}
