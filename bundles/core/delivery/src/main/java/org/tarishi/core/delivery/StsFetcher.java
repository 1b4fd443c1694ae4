package org.tarishi.core.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Fetches the text of a domain's policy (RFC 8461 section 3.3). Blocks; any thread. */
@FunctionalInterface
interface StsFetcher {

    /**
     * Fetches it.
     *
     * @param domain in ASCII
     * @param from where from
     * @throws IOException when there is none to be had, with the reason
     */
    String fetch(String domain, From from) throws IOException;

    /**
     * Where from.
     *
     * @param port the web server's, 443 in the world
     * @param authorities the file of those who vouch for the web server, nothing for those that the JDK knows
     */
    record From(int port, Optional<Path> authorities) {}
}
