package org.tarishi.core.scheduler;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Text;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.spi.QueuedMail;

/** What the command {@code queue} shows. It changes nothing. */
final class QueueViews {

    private final Control control;
    private final InstantSource clock;

    QueueViews(Control control, InstantSource clock) {
        this.control = control;
        this.clock = clock;
    }

    int list(QueueOptions options, Appendable out) throws IOException {
        var found = control.mails(options.query(), options.limit());
        for (var mail : found) {
            out.append(line(mail)).append('\n');
        }
        if (found.size() == options.limit()) {
            out.append("(the oldest ").append(Integer.toString(options.limit())).append("; --limit shows more)\n");
        }
        return found.isEmpty() ? QueueCommand.NOTHING : QueueCommand.DONE;
    }

    private String line(QueuedMail mail) {
        var text =
                mail.id() + "  " + control.stateOf(mail).name().toLowerCase(Locale.ROOT) + "  " + age(mail.queuedAt())
                        + "  " + mail.size() + "  " + mail.sender() + " -> " + mail.domain() + " ("
                        + mail.state().pending() + ")"
                        + "  attempts=" + mail.state().failures()
                        + Filter.lastReply(mail).map(reply -> "  " + reply).orElse("");
        return Text.escaped(text);
    }

    private String age(Instant since) {
        long seconds = Math.max(0, Duration.between(since, clock.instant()).toSeconds());
        return seconds < 120
                ? seconds + "s"
                : seconds < 7200
                        ? seconds / 60 + "m"
                        : seconds < 172_800 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }

    int show(String id, Appendable out) throws IOException {
        var found = control.mail(id);
        if (found.isEmpty()) {
            return QueueCommand.say(out, "no mail has the id " + Text.escaped(id) + "\n", QueueCommand.NOTHING);
        }
        var mail = found.get();
        var state = mail.state();
        row(out, "id", mail.id());
        row(out, "submission", mail.submission());
        row(out, "origin", mail.origin());
        row(
                out,
                "sender",
                mail.sender() + parameters(mail.sender().parameters().asMap().toString()));
        row(out, "domain", mail.domain());
        row(out, "state", control.stateOf(mail).name().toLowerCase(Locale.ROOT));
        row(out, "held", state.held());
        row(out, "queued", mail.queuedAt() + " (" + age(mail.queuedAt()) + ")");
        row(out, "due", state.due().truncatedTo(ChronoUnit.SECONDS).toString());
        row(out, "attempts", Integer.toString(state.failures()));
        row(out, "priority", state.priority() == 0 ? null : Integer.toString(state.priority()));
        row(out, "TLS", state.tlsRequired() ? "required" : null);
        row(out, "bytes", Long.toString(mail.size()));
        row(out, "user", state.facts().get(Facts.USER));
        row(out, "next hop", state.facts().get(Facts.HOP));
        row(
                out,
                "notes",
                state.notes().isEmpty() ? null : String.join(", ", state.notes().keySet()));
        for (int i = 0; i < mail.recipients().size(); i++) {
            var recipient = mail.recipients().get(i);
            var its = state.recipients().get(i);
            var at = its.at();
            row(
                    out,
                    "recipient",
                    recipient + parameters(recipient.parameters().asMap().toString()) + " "
                            + its.standing().name().toLowerCase(Locale.ROOT)
                            + (its.reply() == null ? "" : ": " + its.reply())
                            + (its.remote() == null ? "" : " [" + its.remote() + "]")
                            + (at == null ? "" : " " + at.truncatedTo(ChronoUnit.SECONDS)));
        }
        return QueueCommand.DONE;
    }

    private static String parameters(String map) {
        return map.equals("{}") ? "" : " " + map;
    }

    private static void row(Appendable out, String name, @Nullable String value) throws IOException {
        if (value != null) {
            out.append(String.format("%-12s%s%n", name, Text.escaped(value)));
        }
    }

    int stats(QueueOptions options, Appendable out) throws IOException {
        var stats = control.stats();
        for (var state : State.values()) {
            row(out, state.name().toLowerCase(Locale.ROOT), Long.toString(stats.count(state)));
        }
        row(out, "total", Long.toString(stats.total()));
        var store = control.store().stats();
        row(out, "messages", Long.toString(store.messages()));
        row(out, "bytes", Long.toString(store.bytes()));
        row(out, "on disk", Long.toString(store.diskBytes()));
        row(out, "damaged", store.damaged() == 0 ? null : Long.toString(store.damaged()));
        var oldest = store.oldest();
        row(out, "oldest", oldest == null ? null : age(oldest));
        row(out, "scan", store.scanning() ? "under way: mails of former runs are still being found" : null);
        row(out, "refused", control.store().refusal().map(Enum::name).orElse(null));
        row(out, "paused", control.pauses().isEmpty() ? null : control.pauses().size() + "; queue pauses tells what");
        return !options.hasFilter()
                ? QueueCommand.DONE
                : QueueCommand.say(out, "(stats takes no filter)\n", QueueCommand.BAD_USAGE);
    }

    int destinations(QueueOptions options, Appendable out) throws IOException {
        for (var one : control.destinations(options.limit())) {
            var reply = one.lastReply();
            out.append(Text.escaped(one.domain() + "  due=" + one.due() + " active=" + one.active() + " window="
                            + one.window()
                            + (one.isResting() ? " resting" : "") + (one.isPaused() ? " paused" : "")
                            + (one.host() == null ? "" : " host=" + one.host())
                            + (reply == null ? "" : "  " + reply)))
                    .append('\n');
        }
        return QueueCommand.DONE;
    }

    int pauses(QueueOptions options, Appendable out) throws IOException {
        var all = control.pauses();
        for (var one : all) {
            out.append(one.id())
                    .append("  ")
                    .append(Text.escaped(described(one)))
                    .append('\n');
        }
        return all.isEmpty() || options.hasFilter() ? QueueCommand.NOTHING : QueueCommand.DONE;
    }

    private static String described(Pauses.One one) {
        var query = one.query();
        if (one.isAll()) {
            return "everything";
        }
        var words = new ArrayList<String>();
        word(words, "--id", query.id());
        word(words, "--sender", query.sender());
        word(words, "--recipient", query.recipient());
        word(words, "--domain", query.domain());
        word(words, "--route", query.route());
        word(words, "--older", query.olderThan());
        word(words, "--state", query.state());
        word(words, "--reply", query.lastReply());
        return String.join(" ", words);
    }

    private static void word(List<String> words, String name, @Nullable Object value) {
        if (value != null) {
            words.add(name + " " + value);
        }
    }
}
