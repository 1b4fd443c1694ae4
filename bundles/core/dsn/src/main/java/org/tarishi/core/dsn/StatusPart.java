package org.tarishi.core.dsn;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;
import org.tarishi.api.Mailbox;
import org.tarishi.api.OriginalRecipient;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Mail;
import org.tarishi.core.spi.DsnComposer.Report;

/**
 * Writes the part for programs: {@code message/delivery-status} (RFC 3464), or {@code message/global-delivery-status} (RFC 6533) where it
 * may hold UTF-8.
 */
final class StatusPart {

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,255}|\\[[A-Za-z0-9.:]{1,80}\\]");

    private final String reportingHost;
    private final ZoneId zone;
    private final boolean isUtf8;
    private final int mostChars;

    /**
     * Makes a writer.
     *
     * @param isUtf8 whether UTF-8 may be in it
     * @param mostChars the most characters of a text that comes from outside
     */
    StatusPart(String reportingHost, ZoneId zone, boolean isUtf8, int mostChars) {
        this.reportingHost = reportingHost;
        this.zone = zone;
        this.isUtf8 = isUtf8;
        this.mostChars = mostChars;
    }

    byte[] of(Mail mail, List<Report> reports) {
        var lines = new HeaderLines();
        // RFC 3464 section 2.2.1: only when the sender gave one.
        mail.sender().envelopeId().ifPresent(id -> lines.add("Original-Envelope-Id", clean(id)));
        lines.add("Reporting-MTA", "dns; " + reportingHost);
        var client = mail.receivedFrom();
        if (client != null && !client.isBlank()) {
            lines.add("Received-From-MTA", "dns; " + host(client));
        }
        lines.add("Arrival-Date", date(mail.arrived()));
        reports.forEach(report -> add(lines.gap(), mail, report));
        return lines.bytes();
    }

    private void add(HeaderLines lines, Mail mail, Report report) {
        report.recipient().original().ifPresent(original -> lines.add("Original-Recipient", original(original)));
        lines.add("Final-Recipient", address(report.recipient().mailbox()));
        lines.add("Action", word(report.action()));
        lines.add("Status", report.status().toString());
        var remote = report.remote();
        if (remote != null) {
            lines.add("Remote-MTA", "dns; " + host(remote.host()));
        }
        var reply = remote == null ? null : remote.reply();
        if (reply != null) {
            var status = reply.status() == null ? "" : reply.status() + " ";
            lines.add("Diagnostic-Code", "smtp; " + reply.code() + " " + status + clean(reply.text()));
        } else if (isTrouble(report.action()) && !report.reason().isBlank()) {
            // RFC 3464 section 2.3.6: a word of our own where no host has spoken.
            lines.add("Diagnostic-Code", "x-tarishi; " + clean(report.reason()));
        }
        if (report.lastAttempt() != null) {
            lines.add("Last-Attempt-Date", date(report.lastAttempt()));
        }
        lines.add("Final-Log-ID", clean(mail.id()));
        if (report.retryUntil() != null && report.action() == Action.DELAYED) {
            lines.add("Will-Retry-Until", date(report.retryUntil()));
        }
    }

    private static boolean isTrouble(Action action) {
        return action == Action.FAILED || action == Action.DELAYED;
    }

    static String word(Action action) {
        return switch (action) {
            case FAILED -> "failed";
            case DELAYED -> "delayed";
            case DELIVERED -> "delivered";
            case RELAYED -> "relayed";
            case EXPANDED -> "expanded";
        };
    }

    /** RFC 6533 section 3: as it is where UTF-8 may stand, in ASCII for all others. */
    private String address(Mailbox mailbox) {
        if (!mailbox.needsUtf8()) {
            return "rfc822; " + mailbox.asciiAddress();
        }
        return isUtf8
                ? "utf-8; " + mailbox.address()
                : "utf-8; " + coded(new OriginalRecipient("utf-8", mailbox.address()));
    }

    /** RFC 3461 section 6.3: the value of ORCPT, decoded. */
    private String original(OriginalRecipient original) {
        var isAscii = OneLine.isAscii(original.address());
        if (isUtf8 || isAscii) {
            return original.type() + "; " + clean(original.address());
        }
        return "utf-8; " + coded(new OriginalRecipient("utf-8", original.address()));
    }

    private static String coded(OriginalRecipient utf8) {
        var parameter = utf8.toString();
        return parameter.substring(parameter.indexOf(';') + 1);
    }

    private static String host(String name) {
        return HOST.matcher(name).matches() ? name : "unknown";
    }

    private String clean(String text) {
        var line = OneLine.of(text, mostChars);
        return isUtf8 ? line : OneLine.ascii(line);
    }

    private String date(Instant time) {
        return Dates.of(time, zone);
    }
}
