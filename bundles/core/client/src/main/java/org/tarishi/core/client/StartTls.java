package org.tarishi.core.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.outbound.RouteTls.Level;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.TlsFailedException.Kind;
import org.tarishi.core.spi.ClientTls;
import org.tarishi.core.spi.PeerTrust;
import org.tarishi.core.spi.TlsContexts;

/** Begins TLS on one connection, as its route wants it (RFC 3207, RFC 8314). One thread. */
final class StartTls {

    /** RFC 5321 section 3.8: the peer closes the connection behind it. */
    private static final int BUSY = 421;

    private final Route route;
    private final RouteTls wanted;
    private final Wire wire;
    private final Settings settings;
    private final @Nullable TlsContexts contexts;
    private final BrokenTls broken;
    private @Nullable String whyPlain;
    private @Nullable String objection;
    private @Nullable Reply refusal;

    /**
     * Makes one.
     *
     * @param contexts null while TLS is not there
     * @param whyPlain why it is to go in plain text this time, null where it is not
     */
    StartTls(
            Route route,
            Wire wire,
            Settings settings,
            @Nullable TlsContexts contexts,
            BrokenTls broken,
            @Nullable String whyPlain) {
        this.route = route;
        this.wanted = route.tls().orElse(route.socket().isPresent() ? RouteTls.NONE : RouteTls.OPPORTUNISTIC);
        this.wire = wire;
        this.settings = settings;
        this.contexts = contexts;
        this.broken = broken;
        this.whyPlain = whyPlain;
    }

    /** Begins it with the connection, where the route wants that. */
    void atOnce() throws IOException {
        if (wanted.isAtOnce()) {
            handshake(available());
        }
    }

    /**
     * Begins it by STARTTLS, where the route wants it.
     *
     * @param offer what the peer offered
     * @param talk for the command
     * @return whether it was begun: what was said before is forgotten then
     */
    boolean begin(Offer offer, Talk talk) throws IOException {
        if (wanted.isAtOnce() || wanted.level() == Level.NONE) {
            return false;
        }
        if (!wanted.isDemanded() && (whyPlain != null || isBroken())) {
            return false;
        }
        if (!offer.has("STARTTLS")) {
            return without(Kind.NOT_OFFERED, "STARTTLS is not offered");
        }
        if (contexts == null) {
            return without(Kind.UNAVAILABLE, "no TLS is installed here");
        }
        wire.begin("waiting for the reply to STARTTLS", settings.heloTimeout());
        talk.put("STARTTLS");
        wire.flush();
        var reply = talk.reply("STARTTLS");
        if (reply.code() == BUSY) {
            refusal = reply;
            return false;
        }
        if (!reply.isPositive()) {
            return without(Kind.NOT_OFFERED, "STARTTLS is refused: " + reply);
        }
        if (wire.hasMore()) {
            // What came in the clear behind the reply would be taken for what comes within TLS (CVE-2011-0411,
            // CVE-2021-38371).
            throw new ProtocolException("the peer says more behind its reply to STARTTLS");
        }
        handshake(contexts);
        return true;
    }

    private boolean isBroken() {
        var known = wire.peerAddress()
                .flatMap(address -> broken.of(address, route.port(), settings.brokenTlsTime()))
                .map(why -> "TLS failed before: " + why);
        known.ifPresent(why -> whyPlain = why);
        return known.isPresent();
    }

    private boolean without(Kind kind, String why) throws TlsFailedException {
        if (wanted.isDemanded()) {
            throw failure(kind, why, null);
        }
        whyPlain = why;
        return false;
    }

    private TlsContexts available() throws TlsFailedException {
        if (contexts == null) {
            throw new TlsFailedException(Kind.UNAVAILABLE, "no TLS is installed here");
        }
        return contexts;
    }

    private void handshake(TlsContexts with) throws IOException {
        javax.net.ssl.SSLEngine engine;
        try {
            engine = with.clientEngine(new ClientTls(serverName(), route.port(), trust(), wanted.certificate()));
        } catch (IllegalStateException e) {
            throw failure(Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
        wire.begin("the TLS handshake", settings.tlsTimeout());
        try {
            wire.secure(engine);
        } catch (SSLException e) {
            var objection = objection(e);
            throw objection.isPresent()
                    ? failure(Kind.CERTIFICATE, "the certificate won't do: " + objection.get(), e)
                    : failed(String.valueOf(e.getMessage()), e);
        } catch (EOFException e) {
            throw failed("the peer hung up within the handshake", e);
        }
        watch(with);
    }

    /** Looks at the certificate of a next hop that may have any. */
    private void watch(TlsContexts with) {
        if (wanted.level() == Level.VERIFIED || wanted.names().isEmpty()) {
            return;
        }
        var chain = wire.peerCertificates();
        if (!chain.isEmpty()) {
            objection = with.objectionToServer(chain, wanted.names())
                    .map(Text::escaped)
                    .orElse(null);
        }
    }

    /** A connection that is only lost, or slow, is none of these: TLS is not what is wrong with it. */
    private TlsFailedException failed(String why, IOException e) {
        if (!wanted.isDemanded()) {
            wire.peerAddress().ifPresent(address -> broken.add(address, route.port(), why));
        }
        return failure(Kind.HANDSHAKE, "the TLS handshake failed: " + why, e);
    }

    private TlsFailedException failure(Kind kind, String why, @Nullable Exception cause) {
        return new TlsFailedException(kind, why, cause, wire.ownAddress().orElse(null));
    }

    private static Optional<String> objection(SSLException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return Optional.of(Text.escaped(String.valueOf(cause.getMessage())));
            }
        }
        return Optional.empty();
    }

    private PeerTrust trust() {
        if (wanted.level() != Level.VERIFIED) {
            return new PeerTrust.Any();
        }
        if (wanted.judge().isPresent()) {
            return new PeerTrust.Judged(wanted.judge().get()::check);
        }
        return new PeerTrust.Authorities(
                wanted.names().isEmpty() ? List.of(route.host().orElse("localhost")) : wanted.names());
    }

    /** An address is no name that could be asked for (RFC 6066 section 3), nor is what the JDK takes for none. */
    private Optional<String> serverName() {
        return wanted.serverName().or(route::host).filter(StartTls::isName);
    }

    private static boolean isName(String host) {
        if (host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
            return false;
        }
        try {
            return !new SNIHostName(host).getAsciiName().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns what would be wrong with the peer's certificate, where the route wanted to know. */
    Optional<String> objection() {
        return Optional.ofNullable(objection);
    }

    /** Returns what the peer said to STARTTLS to end the session. */
    Optional<Reply> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** Returns why there is no TLS although it was wanted. */
    Optional<String> whyPlain() {
        return Optional.ofNullable(whyPlain);
    }
}
