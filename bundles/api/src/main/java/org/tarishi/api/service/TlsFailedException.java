package org.tarishi.api.service;

import java.io.IOException;
import java.io.Serial;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says that the TLS that a route demands could not be had; nothing of the message was sent. */
public final class TlsFailedException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** What was in the way. */
    public enum Kind {
        /** The next hop does not offer TLS, or refuses to begin. */
        NOT_OFFERED,
        /** The two could not agree, or the next hop gave up within the handshake. */
        HANDSHAKE,
        /** The next hop's certificate won't do. */
        CERTIFICATE,
        /** This server can't speak TLS now, or not with the certificate that it is to show. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final @Nullable InetAddress localAddress;

    /** Makes one. */
    public TlsFailedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
        this.localAddress = null;
    }

    /** Makes one with its cause. */
    public TlsFailedException(Kind kind, String message, Throwable cause) {
        this(kind, message, cause, null);
    }

    /**
     * Makes one.
     *
     * @param cause null where there is none
     * @param localAddress the address that the next hop was spoken to from, null where it is not known
     */
    public TlsFailedException(
            Kind kind, String message, @Nullable Throwable cause, @Nullable InetAddress localAddress) {
        super(message, cause);
        this.kind = kind;
        this.localAddress = localAddress;
    }

    /** Returns what was in the way. */
    public Kind kind() {
        return kind;
    }

    /** Returns the address that the next hop was spoken to from, if it is known. */
    public Optional<InetAddress> localAddress() {
        return Optional.ofNullable(localAddress);
    }
}
