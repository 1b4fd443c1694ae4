package org.tarishi.core.spi;

import java.util.Optional;

/**
 * What a client wants of a TLS connection that it begins.
 *
 * @param serverName the name to ask for (RFC 6066 section 3), a DNS name in ASCII; nothing where there is none, as for an address
 * @param port the server's port; with the name it finds sessions that can be resumed
 * @param trust which server will do
 * @param certificate the name of the certificate to show a server that asks for one: a name that {@link TlsContexts#serverEngine} has one for;
 *     nothing to show none
 */
public record ClientTls(Optional<String> serverName, int port, PeerTrust trust, Optional<String> certificate) {}
