package org.tarishi.itests.blackbox;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A way into the server.
 *
 * @param mode how mail comes by it
 * @param port of 127.0.0.1
 * @param socket a Unix domain socket in place of the port
 */
record Route(Mode mode, int port, @Nullable Path socket) {

    /** How mail comes. */
    enum Mode {
        /** As by any client that is told nothing else. */
        SMTP,
        /** With BDAT in place of DATA (RFC 3030). */
        CHUNKING,
        /** By LMTP over TCP (RFC 2033). */
        LMTP,
        /** By LMTP over a Unix domain socket. */
        LMTP_SOCKET,
        /** Through HAProxy, which says who the client is in a line of text. */
        PROXY_V1,
        /** Through HAProxy, which says who the client is in binary. */
        PROXY_V2,
        /** By a client that says for whom it speaks. */
        XCLIENT;

        boolean isLmtp() {
            return this == LMTP || this == LMTP_SOCKET;
        }
    }

    Route(Mode mode, int port) {
        this(mode, port, null);
    }
}
