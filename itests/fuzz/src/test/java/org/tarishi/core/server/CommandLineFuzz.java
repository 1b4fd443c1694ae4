package org.tarishi.core.server;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.MailHost;
import org.tarishi.api.Reply;
import org.tarishi.itests.fuzz.Defaults;

/** Command lines, with the arguments of MAIL and RCPT: what is accepted is written as what is read as the same; replies are well formed. */
public final class CommandLineFuzz {

    private static final MailHost HOST = MailHost.parse("mx.example");
    private static final Offer OFFER = everything();
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static final int LONGEST_REPLY = 510;

    private CommandLineFuzz() {}

    /** Called by Jazzer; the first octet says how it is read. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        boolean utf8 = (data[0] & 1) != 0;
        boolean strict = (data[0] & 2) != 0;
        var bytes = java.util.Arrays.copyOfRange(data, 1, data.length);
        Line line;
        try {
            line = Line.read(bytes, utf8);
        } catch (Objection objection) {
            wellFormed(objection.reply());
            return;
        }
        check(utf8 || line.text().chars().allMatch(c -> c < 0x80), "ASCII where nothing else is allowed", line);
        check(org.tarishi.api.Text.escaped(line.text()).equals(line.text()), "no control characters", line);
        check(line.verb().indexOf(' ') < 0 && !line.argument().startsWith(" "), "verb and argument are apart", line);
        try {
            var again = Line.read(line.text().getBytes(StandardCharsets.UTF_8), utf8);
            check(again.equals(line), "a line is read as it was written", line);
            var canonical = line.argument().isEmpty() ? line.verb() : line.verb() + " " + line.argument();
            var parts = Line.read(canonical.getBytes(StandardCharsets.UTF_8), utf8);
            check(
                    parts.verb().equals(line.verb()) && parts.argument().equals(line.argument()),
                    "verb and argument make the line",
                    line);
        } catch (Objection objection) {
            throw new AssertionError("accepted once, refused then: " + line, objection);
        }
        var envelope = new Envelope(strict, 1 << 20, HOST);
        for (var mode : ListenerMode.values()) {
            Verb.of(line.verb(), mode);
        }
        mail(envelope, line, utf8);
        rcpt(envelope, line, utf8);
    }

    private static void mail(Envelope envelope, Line line, boolean utf8) {
        if (!line.verb().equalsIgnoreCase("MAIL")) {
            return;
        }
        try {
            var path = envelope.mail(line.argument(), OFFER, () -> NOW);
            check(
                    envelope.mail("FROM:" + path + behind(path.parameters()), OFFER, () -> NOW)
                            .equals(path),
                    "a sender is read as it was written",
                    path);
            check(utf8 || !path.needsUtf8(), "no address beyond ASCII where no octet of it may be", path);
        } catch (Objection objection) {
            wellFormed(objection.reply());
        }
    }

    private static void rcpt(Envelope envelope, Line line, boolean utf8) {
        if (!line.verb().equalsIgnoreCase("RCPT")) {
            return;
        }
        try {
            var recipient = envelope.rcpt(line.argument(), OFFER, utf8);
            var path = "<" + recipient.mailbox() + ">";
            check(
                    envelope.rcpt("TO:" + path + behind(recipient.parameters()), OFFER, true)
                            .equals(recipient),
                    "a recipient is read as it was written",
                    path);
        } catch (Objection objection) {
            wellFormed(objection.reply());
        }
    }

    /** All that the core can offer, and what plugins may add. */
    static Offer everything() {
        var offer = Offer.of(new Settings(Defaults.of(Config.class)));
        offer.offer("FUTURERELEASE 86400 2026-11-21T12:00:00Z");
        offer.offer("MT-PRIORITY");
        for (var keyword : new String[] {"HOLDFOR", "HOLDUNTIL", "MT-PRIORITY", "X-Y", "A"}) {
            offer.allowMailParameter(keyword);
        }
        return offer;
    }

    private static String behind(EsmtpParameters parameters) {
        return parameters.isEmpty() ? "" : " " + parameters;
    }

    /** Every reply is lines of printable ASCII that end with CRLF, of at most 512 octets (RFC 5321 section 4.5.3.1.5). */
    static void wellFormed(Reply reply) {
        var out = Unpooled.buffer();
        try {
            ReplyEncoder.encode(reply, false, out);
            var text = out.toString(StandardCharsets.ISO_8859_1);
            int start = 0;
            while (start < text.length()) {
                int end = text.indexOf("\r\n", start);
                check(end >= 0, "a reply ends with CRLF", text);
                check(end - start <= LONGEST_REPLY, "no line of a reply is longer than 512 octets", text);
                for (int i = start; i < end; i++) {
                    char c = text.charAt(i);
                    check(c >= 0x20 && c < 0x7f, "a reply is printable ASCII", text);
                }
                check(end - start > 3 && Character.isDigit(text.charAt(start + 2)), "it begins with its code", text);
                char behind = text.charAt(start + 3);
                check(behind == (end + 2 == text.length() ? ' ' : '-'), "and tells which line is the last", text);
                start = end + 2;
            }
        } finally {
            out.release();
        }
    }

    static void check(boolean holds, String rule, Object of) {
        if (!holds) {
            throw new AssertionError(rule + ": " + org.tarishi.api.Text.escaped(of.toString()));
        }
    }
}
