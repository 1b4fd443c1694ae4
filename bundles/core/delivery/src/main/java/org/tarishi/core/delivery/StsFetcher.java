package org.tarishi.core.delivery;

import java.io.IOException;

/** Fetches the text of a domain's policy (RFC 8461 section 3.3). Blocks; any thread. */
@FunctionalInterface
interface StsFetcher {

    /**
     * Fetches it.
     *
     * @param domain in ASCII
     * @throws IOException when there is none to be had, with the reason
     */
    String fetch(String domain) throws IOException;
}
