package org.tarishi.core.server;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.tarishi.api.Text;

/** Why a TLS handshake came to nothing, in words for the operator. */
final class HandshakeFailure {

    private static final int LONGEST = 200;

    private HandshakeFailure() {}

    /** Returns the words; always one line. */
    static String inWords(Throwable cause) {
        return switch (cause) {
            case SslHandshakeTimeoutException _ -> "the client took too long";
            case NotSslRecordException _ -> "the client speaks plain text";
            case ClosedChannelException _ -> "the client went away";
            case SSLException e -> inWords(e);
            case IOException _ -> "the connection broke";
            default -> "fault of ours: " + Text.escaped(String.valueOf(cause));
        };
    }

    private static String inWords(SSLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException bad) {
                return "the client's certificate is not trusted: " + Text.escaped(String.valueOf(bad.getMessage()));
            }
        }
        var text = String.valueOf(e.getMessage());
        var low = text.toLowerCase(Locale.ROOT);
        if (low.contains("fatal alert")) {
            return alert(text.substring(text.lastIndexOf(' ') + 1));
        }
        if (low.contains("protocol version")
                || low.contains("unsupported or disabled protocol")
                || low.contains("not accepted by server preferences")) {
            return "the client speaks only versions of TLS that are not allowed";
        }
        if (low.contains("no cipher suites in common") || low.contains("no negotiable cipher suite")) {
            return "no cipher in common, or no certificate of a kind that the client can check";
        }
        if (low.contains("named group")
                || low.contains("key share")
                || low.contains("no available authentication")
                || low.contains("no supported")) {
            return "no group or signature in common: " + cut(text);
        }
        if (low.contains("empty client certificate chain") || low.contains("empty server certificate")) {
            return "the client showed no certificate";
        }
        if (low.contains("renegotiation")) {
            return "the client asked for another handshake";
        }
        return cut(text);
    }

    /** What the client said with its last word (RFC 8446 section 6.2), as the JDK writes it. */
    private static String alert(String name) {
        return switch (name) {
            case "unknown_ca" -> "the client does not know who has signed our certificate";
            case "bad_certificate", "certificate_unknown", "unsupported_certificate", "certificate_revoked" ->
                "the client does not like our certificate (" + name + ")";
            case "certificate_expired" -> "the client takes our certificate for expired";
            case "protocol_version" -> "the client does not know our versions of TLS";
            case "handshake_failure", "insufficient_security" -> "the client finds nothing in common (" + name + ")";
            case "unrecognized_name" -> "the client wants another name";
            case "user_canceled", "close_notify" -> "the client has given up";
            default -> "the client says " + cut(name);
        };
    }

    private static String cut(String text) {
        var one = Text.escaped(text);
        return one.length() > LONGEST ? one.substring(0, LONGEST) + "…" : one;
    }
}
