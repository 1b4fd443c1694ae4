package org.tarishi.core.server;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressLiteral;
import org.tarishi.api.AuthResult;
import org.tarishi.api.Hello;
import org.tarishi.api.Recipient;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;

/** Writes the fields that this host puts on top of a message: whole, folded, with the final CRLF. */
final class TraceFields {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss xx", Locale.ROOT);

    private static final String FOLD = "\r\n\t";

    private TraceFields() {}

    /**
     * Returns the Received field (RFC 5321 section 4.4).
     *
     * @param utf8 whether the message was sent with SMTPUTF8 and may hold more than ASCII (RFC 6531 section 3.7.3)
     * @param only the recipient where the client named exactly one; more would tell each of the others
     */
    static byte[] received(
            SmtpConnection connection,
            Settings settings,
            String protocol,
            String id,
            @Nullable Recipient only,
            boolean utf8,
            ZonedDateTime now) {
        var literal = literal(connection.remote().address().getAddress());
        var name = connection.remote().name().orElse("unknown");
        var hello = connection.hello().map(Hello::name).orElse("unknown");
        boolean proper = connection.hello().flatMap(Hello::host).isPresent();
        var out = new StringBuilder(256)
                .append("Received: from ")
                .append(proper ? hello : literal)
                .append(" (")
                .append(name)
                .append(' ')
                .append(literal);
        if (!proper) {
            out.append(" helo=").append(word(hello));
        }
        out.append(')');
        connection.tls().ifPresent(tls -> layer(out.append(FOLD), tls));
        out.append(FOLD)
                .append("by ")
                .append(settings.hostname())
                .append(" (")
                .append(settings.product())
                .append(") with ")
                .append(protocol)
                .append(" id ")
                .append(id);
        if (only != null && (utf8 || !only.mailbox().needsUtf8())) {
            out.append(FOLD)
                    .append("for <")
                    .append(utf8 ? only.mailbox().address() : only.mailbox().asciiAddress())
                    .append('>');
        }
        out.append(';').append(FOLD).append(DATE.format(now)).append("\r\n");
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a comment with the layer that the mail came through. */
    private static void layer(StringBuilder out, Tls tls) {
        out.append("(using ")
                .append(word(tls.protocol()))
                .append(" with cipher ")
                .append(word(tls.cipherSuite()));
        if (!tls.clientCertificates().isEmpty()) {
            out.append(tls.isClientVerified() ? ", client certificate verified" : ", client certificate not verified");
        }
        out.append(')');
    }

    /** Returns a date as fields have it (RFC 5322 section 3.3). */
    static String date(ZonedDateTime now) {
        return DATE.format(now);
    }

    /** Returns the Authentication-Results field (RFC 8601 section 2.2). */
    static byte[] authenticationResults(String me, List<AuthResult> parts, boolean utf8) {
        var out = new StringBuilder(128).append("Authentication-Results: ").append(me);
        for (var part : parts) {
            out.append(';').append(FOLD).append(part);
        }
        out.append("\r\n");
        // Without SMTPUTF8 nobody has agreed to more than ASCII in a header.
        return out.toString().getBytes(utf8 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII);
    }

    /** An address as the RFC writes it: {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}. */
    static String literal(InetAddress address) {
        var text = new AddressLiteral(address).ascii();
        // A link-local address tells its interface, which is nobody's business and no syntax.
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone) + "]";
    }

    /** What a client said of itself that is neither domain nor literal, as one harmless word of a comment. */
    private static String word(String text) {
        var out = new StringBuilder(text.length());
        for (int i = 0; i < text.length() && i < 255; i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            out.append(plain || "-._:[]".indexOf(c) >= 0 ? c : '?');
        }
        return out.toString();
    }
}
