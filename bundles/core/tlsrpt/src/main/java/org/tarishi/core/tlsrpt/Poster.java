package org.tarishi.core.tlsrpt;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Posts reports to web servers. Blocks. */
@FunctionalInterface
interface Poster {

    /**
     * Posts one.
     *
     * @param trustedCa who vouches for the web server
     * @throws IOException when it was not taken
     */
    void post(URI site, byte[] report, Optional<Path> trustedCa) throws IOException;
}
