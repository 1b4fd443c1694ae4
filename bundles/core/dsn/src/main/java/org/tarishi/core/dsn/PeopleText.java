package org.tarishi.core.dsn;

import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Report;

/** Says for people what became of recipients: the values of a template that tell of reports. */
final class PeopleText {

    private final int mostChars;
    private final int mostRecipients;
    private final ZoneId zone;

    /**
     * Makes one.
     *
     * @param mostChars the most characters of a text that comes from outside
     * @param mostRecipients how many recipients are told one by one
     */
    PeopleText(int mostChars, int mostRecipients, ZoneId zone) {
        this.mostChars = mostChars;
        this.mostRecipients = mostRecipients;
        this.zone = zone;
    }

    Map<Placeholder, String> of(List<Report> reports) {
        var values = new EnumMap<Placeholder, String>(Placeholder.class);
        values.put(Placeholder.RECIPIENTS, lines(reports, "\n", this::address));
        values.put(Placeholder.REASON, reasons(reports));
        values.put(Placeholder.EXTENDED_REASON, lines(reports, "\n", this::replyWithAddress));
        values.put(Placeholder.DETAILS, lines(reports, "\n\n", this::details));
        return values;
    }

    /** Writes a line, or some, of each report that has one. */
    @FunctionalInterface
    private interface Writer {
        @Nullable String line(Report report);
    }

    private String lines(List<Report> reports, String gap, Writer writer) {
        var lines = reports.stream()
                .limit(mostRecipients)
                .map(writer::line)
                .filter(line -> line != null)
                .collect(Collectors.joining(gap));
        int more = reports.size() - mostRecipients;
        return more > 0 ? lines + gap + "And " + more + " more, which the attached report names." : lines;
    }

    private String address(Report report) {
        return "<" + clean(report.recipient().mailbox().address()) + ">";
    }

    private String reasons(List<Report> reports) {
        var all = reports.stream()
                .map(report -> clean(report.reason()))
                .distinct()
                .toList();
        return all.size() == 1
                ? all.getFirst()
                : lines(reports, "\n", report -> address(report) + ": " + clean(report.reason()));
    }

    private @Nullable String replyWithAddress(Report report) {
        var reply = reply(report);
        return reply == null ? null : address(report) + ": " + reply;
    }

    private @Nullable String reply(Report report) {
        var remote = report.remote();
        if (remote == null || remote.reply() == null) {
            return null;
        }
        return clean(remote.host()) + " said: " + clean(remote.reply().toString());
    }

    private String details(Report report) {
        var out = new StringBuilder(address(report))
                .append(" (")
                .append(word(report))
                .append(')');
        var original = report.recipient().original();
        original.map(rcpt -> clean(rcpt.address()))
                .filter(rcpt -> !rcpt.equals(report.recipient().mailbox().address())
                        && !rcpt.equals(report.recipient().mailbox().asciiAddress()))
                .ifPresent(rcpt -> out.append("\n  sent to: <").append(rcpt).append('>'));
        if (!report.reason().isBlank()) {
            out.append("\n  ").append(clean(report.reason()));
        }
        var reply = reply(report);
        if (reply != null) {
            out.append("\n  ").append(reply);
        }
        if (report.retryUntil() != null && report.action() == Action.DELAYED) {
            out.append("\n  It will be tried until ")
                    .append(Dates.of(report.retryUntil(), zone))
                    .append('.');
        }
        return out.toString();
    }

    private static String word(Report report) {
        return switch (report.action()) {
            case FAILED -> "failed";
            case DELAYED -> "delayed";
            case DELIVERED -> "delivered";
            case RELAYED -> "passed on to a host that sends no reports";
            case EXPANDED -> "delivered and passed on to others";
        };
    }

    private String clean(String text) {
        return OneLine.of(text, mostChars);
    }
}
