package org.tarishi.core.delivery;

import java.net.InetAddress;

/**
 * An address of a host that DNS names.
 *
 * @param host the host's name, in ASCII; the address itself where there is no name
 * @param isSecure whether DNSSEC vouches for the address
 */
record Target(String host, InetAddress address, boolean isSecure) {}
