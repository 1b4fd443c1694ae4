package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.List;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Mailbox;
import org.tarishi.core.spi.LiveHeaders;

/** Completes the message of a user (RFC 6409 section 8): what it should have is added, what it has is left as it is. */
final class Submitted {

    /** The fields whose addresses may be completed (RFC 6409 section 8.1). */
    private static final List<String> ADDRESSES = List.of(
            "From",
            "Sender",
            "Reply-To",
            "To",
            "Cc",
            "Bcc",
            "Resent-From",
            "Resent-Sender",
            "Resent-To",
            "Resent-Cc",
            "Resent-Bcc");

    private Submitted() {}

    /** Adds Date and Message-ID where there are none; Sender, and domains in addresses, where the settings say so. */
    static void complete(MailTransaction open, Settings settings, ZonedDateTime now) {
        var message = open.message();
        if (message == null) {
            throw new IllegalStateException("no message to complete");
        }
        var headers = message.headers();
        if (headers.all("Date").isEmpty()) {
            headers.append("Date", TraceFields.date(now));
        }
        if (headers.all("Message-ID").isEmpty()) {
            headers.append("Message-ID", "<" + open.id() + "." + now.toEpochSecond() + "@" + domain(settings) + ">");
        }
        var its = settings.submission();
        if (!its.domain().isEmpty()) {
            ADDRESSES.forEach(name -> completeAddresses(headers, name, its.domain()));
        }
        if (its.addSender() && headers.all("Sender").isEmpty()) {
            open.connection().user().ifPresent(user -> addSender(headers, user));
        }
    }

    /** The right-hand side of a Message-ID (RFC 5322 section 3.6.4): a name, or a literal in its brackets. */
    private static String domain(Settings settings) {
        return settings.host().ascii();
    }

    private static void completeAddresses(LiveHeaders headers, String name, String domain) {
        var fields = headers.all(name);
        if (fields.size() != 1) {
            return;
        }
        var raw = fields.getFirst().rawValue();
        var completed = new AddressCompletion(raw.replaceAll("\r\n(?=[ \t])", ""), domain).completed();
        completed.ifPresent(text -> headers.replace(name, utf8(text).strip()));
    }

    /** A raw value has each octet as one character. */
    private static String utf8(String raw) {
        return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static void addSender(LiveHeaders headers, String user) {
        try {
            var sender = Mailbox.parse(user);
            boolean isAuthor = headers.addresses("From").stream()
                    .anyMatch(from -> from.mailbox().filter(sender::equals).isPresent());
            if (!isAuthor && !sender.needsUtf8()) {
                headers.append("Sender", sender.asciiAddress());
            }
        } catch (AddressSyntaxException e) {
            // A user whose name is no address has none to be told.
        }
    }
}
