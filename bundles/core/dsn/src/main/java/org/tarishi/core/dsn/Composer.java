package org.tarishi.core.dsn;

import jakarta.mail.internet.MimeBodyPart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.tarishi.api.Domain;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.DsnComposer.Content;
import org.tarishi.core.spi.DsnComposer.Mail;
import org.tarishi.core.spi.DsnComposer.Notification;
import org.tarishi.core.spi.DsnComposer.Report;

/**
 * Makes a notification of reports that shall be told: {@code multipart/report} (RFC 6522) with a part for people, one for programs, and
 * what comes back of the original.
 */
final class Composer {

    private static final HexFormat HEX = HexFormat.of();
    private static final int LONGEST_SUBJECT = 200;

    private final Settings settings;
    private final Templates templates;
    private final Domain host;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * Makes one for a moment's settings and templates.
     *
     * @param host the reporting host
     * @param clock tells time and zone
     * @param random makes Message-ID and boundaries, so it must not be guessable
     */
    Composer(Settings settings, Templates templates, Domain host, Clock clock, RandomGenerator random) {
        this.settings = settings;
        this.templates = templates;
        this.host = host;
        this.clock = clock;
        this.random = random;
    }

    Notification compose(Mail mail, Mailbox to, List<Report> reports) throws IOException {
        Original original;
        try (InputStream in = mail.content().open()) {
            original = Original.scan(in, settings.maxReturnedHeaderBytes());
        }
        // To has the address as it is, so the notification needs SMTPUTF8 anyhow; else it shall be of ASCII, and pass
        // any host.
        boolean isUtf8 = to.needsUtf8();
        var kind = Kind.of(reports);
        var returned = Returned.of(original, mail.sender(), kind, settings, isUtf8);
        var messageId = word() + "@" + host.ascii();
        var imageId = word() + "@" + host.ascii();
        var values = values(mail, to, reports, original, returned, messageId, imageId);
        var set = templates.of(kind);

        // Nobody who wrote the original could know it: what it holds can't end a part.
        var place = word();
        var boundary = word();
        var body = MimeParts.multipart(
                MimeParts.type("report", boundary),
                List.of(
                        people(set, values, imageId),
                        status(mail, reports, isUtf8),
                        MimeParts.part(
                                returned.type(),
                                returned.encoding(),
                                returned.isWhole() ? place.getBytes(StandardCharsets.US_ASCII) : original.header())));
        boolean isEightBit = returned.isEightBit() || isUtf8;
        var head = header(to, OneLine.of(set.subject().text(values), LONGEST_SUBJECT), messageId, original)
                .add("Content-Type", "multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\"")
                .add("Content-Transfer-Encoding", isEightBit ? "8bit" : "7bit")
                .gap()
                .bytes();
        var envelope = new Envelope(sender(isEightBit, isUtf8), recipient(to));
        return returned.isWhole()
                ? streamed(envelope, reports, messageId, joined(head, body), place, mail.content(), original, returned)
                : new StreamedNotification(
                        envelope.sender(),
                        envelope.recipient(),
                        reports,
                        messageId,
                        joined(head, body),
                        InputStream::nullInputStream,
                        0,
                        new byte[0]);
    }

    private record Envelope(ReversePath sender, Recipient recipient) {}

    private static Notification streamed(
            Envelope envelope,
            List<Report> reports,
            String messageId,
            byte[] message,
            String place,
            Content content,
            Original original,
            Returned returned) {
        int at = new String(message, StandardCharsets.ISO_8859_1).indexOf(place);
        boolean isEncoded = returned.encoding().equals("base64");
        return new StreamedNotification(
                envelope.sender(),
                envelope.recipient(),
                reports,
                messageId,
                Arrays.copyOf(message, at),
                isEncoded ? () -> new Base64Lines(content.open()) : content,
                isEncoded ? Base64Lines.size(original.size()) : original.size(),
                Arrays.copyOfRange(message, at + place.length(), message.length));
    }

    private HeaderLines header(Mailbox to, String subject, String messageId, Original original) {
        var lines = new HeaderLines()
                .add("Date", Dates.of(clock.instant(), clock.getZone()))
                .add("From", name() + "<" + settings.mailbox(host).asciiAddress() + ">")
                .add("To", "<" + (to.needsUtf8() ? to.address() : to.asciiAddress()) + ">")
                .addText("Subject", subject)
                .add("Message-ID", "<" + messageId + ">");
        original.messageId().ifPresent(id -> lines.add("In-Reply-To", id).add("References", id));
        // RFC 3834 section 5.
        return lines.add("Auto-Submitted", "auto-replied").add("MIME-Version", "1.0");
    }

    private String name() {
        var name = settings.fromName();
        if (name.isEmpty()) {
            return "";
        }
        return OneLine.isAscii(name)
                ? "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\" "
                : HeaderLines.encoded(name) + " ";
    }

    private Map<Placeholder, String> values(
            Mail mail,
            Mailbox to,
            List<Report> reports,
            Original original,
            Returned returned,
            String messageId,
            String imageId) {
        var values =
                new PeopleText(settings.maxReplyChars(), settings.maxListedRecipients(), clock.getZone()).of(reports);
        values.put(Placeholder.PID, Long.toString(ProcessHandle.current().pid()));
        values.put(Placeholder.DATE, Dates.of(clock.instant(), clock.getZone()));
        values.put(Placeholder.ME, host.ascii());
        values.put(Placeholder.FROM, settings.mailbox(host).address());
        values.put(Placeholder.TO, OneLine.of(to.address(), settings.maxReplyChars()));
        values.put(Placeholder.SUBJECT, original.subject(LONGEST_SUBJECT));
        values.put(Placeholder.MSGID, messageId);
        values.put(Placeholder.RETURNED, returned.notice());
        values.put(Placeholder.ID, OneLine.of(mail.id(), settings.maxReplyChars()));
        values.put(Placeholder.ARRIVED, Dates.of(mail.arrived(), clock.getZone()));
        values.put(Placeholder.IMAGE, "cid:" + imageId);
        return values;
    }

    private MimeBodyPart people(Templates.Set set, Map<Placeholder, String> values, String imageId) throws IOException {
        var text = MimeParts.text("plain", set.text().text(values));
        var template = set.html();
        if (template == null || !settings.html()) {
            return text;
        }
        var html = MimeParts.text("html", template.html(values));
        var image = templates.image();
        if (image != null) {
            var type = "multipart/related; type=\"text/html\"; boundary=\"" + word() + "\"";
            html = nested(type, List.of(html, MimeParts.image(Settings.imageType(settings.image()), imageId, image)));
        }
        return nested(MimeParts.type("alternative", word()), List.of(text, html));
    }

    private static MimeBodyPart nested(String type, List<MimeBodyPart> parts) throws IOException {
        return MimeParts.part(type, "7bit", MimeParts.multipart(type, parts));
    }

    private MimeBodyPart status(Mail mail, List<Report> reports, boolean isUtf8) throws IOException {
        var content = new StatusPart(host.ascii(), clock.getZone(), isUtf8, settings.maxReplyChars()).of(mail, reports);
        return isUtf8
                ? MimeParts.part("message/global-delivery-status", "8bit", content)
                : MimeParts.part("message/delivery-status", "7bit", content);
    }

    private static ReversePath sender(boolean isEightBit, boolean isUtf8) {
        var parameters = new LinkedHashMap<String, String>();
        if (isEightBit) {
            parameters.put("BODY", "8BITMIME");
        }
        if (isUtf8) {
            parameters.put("SMTPUTF8", "");
        }
        return ReversePath.NULL.withParameters(EsmtpParameters.of(parameters));
    }

    private static Recipient recipient(Mailbox to) {
        return Recipient.of(to).withParameters(EsmtpParameters.of(Map.of("NOTIFY", "NEVER")));
    }

    private static byte[] joined(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** Returns 128 bits that nobody has guessed. */
    private String word() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return HEX.formatHex(bytes);
    }

    /** Returns the reports that their sender wants to hear of (RFC 3461 section 4.1). */
    static List<Report> wanted(List<Report> reports) {
        var wanted = new ArrayList<Report>();
        for (var report : reports) {
            if (Wishes.of(report.recipient()).include(report.action())) {
                wanted.add(report);
            }
        }
        return List.copyOf(wanted);
    }
}
