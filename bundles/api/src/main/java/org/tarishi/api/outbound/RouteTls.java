package org.tarishi.api.outbound;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What TLS a next hop must, or may, be spoken to by. Immutable; each method returns a new one.
 *
 * <p>It begins by STARTTLS (RFC 3207), or with the connection ({@link #atOnce}, RFC 8314). Where what it demands can't be had, nothing is
 * sent, and a {@link org.tarishi.api.service.TlsFailedException} says so.
 */
public final class RouteTls {

    /** How much is demanded. */
    public enum Level {
        /** TLS is not spoken. */
        NONE,
        /** TLS where the next hop offers it, with any certificate; plain text where it does not work (RFC 7435). */
        OPPORTUNISTIC,
        /** TLS with any certificate, or nothing. */
        REQUIRED,
        /** TLS with a certificate that stands for the next hop, or nothing. */
        VERIFIED
    }

    /** No TLS. */
    public static final RouteTls NONE = of(Level.NONE);

    /** TLS where it is offered, whatever the certificate; what holds where a route says nothing. */
    public static final RouteTls OPPORTUNISTIC = of(Level.OPPORTUNISTIC);

    /** TLS with whatever certificate, or nothing is sent. */
    public static final RouteTls REQUIRED = of(Level.REQUIRED);

    /** TLS with a certificate of an authority that holds the route's host, or nothing is sent. */
    public static final RouteTls VERIFIED = of(Level.VERIFIED);

    private final Level level;
    private final List<String> names;
    private final @Nullable CertificateJudge judge;
    private final boolean atOnce;
    private final @Nullable String certificate;
    private final @Nullable String serverName;
    private final String reason;

    private RouteTls(
            Level level,
            List<String> names,
            @Nullable CertificateJudge judge,
            boolean atOnce,
            @Nullable String certificate,
            @Nullable String serverName,
            String reason) {
        this.level = level;
        this.names = List.copyOf(names);
        this.judge = judge;
        this.atOnce = atOnce;
        this.certificate = certificate;
        this.serverName = serverName;
        this.reason = reason;
    }

    private static RouteTls of(Level level) {
        return new RouteTls(level, List.of(), null, false, null, null, "");
    }

    /**
     * Returns {@link Level#VERIFIED}, for a certificate of an authority that holds one of these names (RFC 9525).
     *
     * @param names DNS names in ASCII, at least one; one that begins with a dot stands for every name with one label in front
     */
    public static RouteTls verified(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("want a name");
        }
        return new RouteTls(Level.VERIFIED, names, null, false, null, null, "");
    }

    /** Returns {@link Level#VERIFIED}, where this says which certificates will do, and no authority is asked. */
    public static RouteTls judgedBy(CertificateJudge judge) {
        return new RouteTls(Level.VERIFIED, List.of(), judge, false, null, null, "");
    }

    /** Returns it, to begin with the connection instead of by STARTTLS. It can't be {@link Level#NONE}; opportunistic becomes required. */
    public RouteTls atOnce() {
        if (level == Level.NONE) {
            throw new IllegalArgumentException("no TLS can't begin at once");
        }
        var wanted = level == Level.OPPORTUNISTIC ? Level.REQUIRED : level;
        return new RouteTls(wanted, names, judge, true, certificate, serverName, reason);
    }

    /**
     * Returns it, so that the session tells what would be wrong with the certificate if it had to hold one of these names
     * ({@link org.tarishi.api.service.SmtpClient.Session#objection}), and goes on anyhow: for a policy that is tested (RFC 8461 section 5).
     * Nothing can be watched where nobody is verified by choice of the route: {@link Level#NONE} and {@link Level#VERIFIED} won't do.
     *
     * @param names as for {@link #verified}
     */
    public RouteTls watching(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("want a name");
        }
        if (level == Level.NONE || level == Level.VERIFIED) {
            throw new IllegalArgumentException(level + " can't be watched");
        }
        return new RouteTls(level, names, null, atOnce, certificate, serverName, reason);
    }

    /** Returns it, showing a next hop that asks for one this server's certificate of this name. */
    public RouteTls withCertificate(String name) {
        return new RouteTls(level, names, judge, atOnce, name, serverName, reason);
    }

    /** Returns it, asking for this name (RFC 6066 section 3) in place of the route's host. */
    public RouteTls withServerName(String name) {
        return new RouteTls(level, names, judge, atOnce, certificate, name, reason);
    }

    /** Returns it, with a word for the log on who says so, such as {@code dane}. */
    public RouteTls withReason(String word) {
        return new RouteTls(level, names, judge, atOnce, certificate, serverName, word);
    }

    /** Returns how much is demanded. */
    public Level level() {
        return level;
    }

    /** Tells whether plain text won't do. */
    public boolean isDemanded() {
        return level == Level.REQUIRED || level == Level.VERIFIED;
    }

    /**
     * Returns the names of which the certificate must hold one, empty for the route's host; where it is not {@link Level#VERIFIED}, of which
     * it should, empty where it is not looked at.
     */
    public List<String> names() {
        return names;
    }

    /** Returns who approves of certificates in the place of authorities. */
    public Optional<CertificateJudge> judge() {
        return Optional.ofNullable(judge);
    }

    /** Tells whether TLS begins with the connection. */
    public boolean isAtOnce() {
        return atOnce;
    }

    /** Returns the name of the certificate to show, if one was chosen. */
    public Optional<String> certificate() {
        return Optional.ofNullable(certificate);
    }

    /** Returns the name to ask for, if one was chosen. */
    public Optional<String> serverName() {
        return Optional.ofNullable(serverName);
    }

    /** Returns who says so; empty where nobody was told. */
    public String reason() {
        return reason;
    }

    /** Compares everything, the reason too: a connection is told of by the reason that it was made for. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RouteTls t
                && level == t.level
                && names.equals(t.names)
                && Objects.equals(judge, t.judge)
                && atOnce == t.atOnce
                && Objects.equals(certificate, t.certificate)
                && Objects.equals(serverName, t.serverName)
                && reason.equals(t.reason);
    }

    @Override
    public int hashCode() {
        return Objects.hash(level, names, judge, atOnce, certificate, serverName, reason);
    }

    /** Returns it for logs, such as {@code verified (dane)}. */
    @Override
    public String toString() {
        var text = level.name().toLowerCase(Locale.ROOT);
        return reason.isEmpty() ? text : text + " (" + reason + ")";
    }
}
