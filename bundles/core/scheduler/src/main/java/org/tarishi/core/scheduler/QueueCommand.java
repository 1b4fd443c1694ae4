package org.tarishi.core.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Text;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.QueueQuery;
import org.tarishi.core.spi.QueuedMail;

/** The command {@code queue}: looks into the queue and steers it. */
final class QueueCommand implements BiFunction<List<String>, Appendable, Integer> {

    static final String HELP =
            "queue list|show|stats|retry|hold|release|bounce|drop|pause|resume|...: looks into the outbound queue"
                    + " and steers it; queue --help tells how";

    private static final int DONE = 0;
    private static final int NOTHING = 1;
    private static final int BAD_USAGE = 2;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST_LISTED = 100_000;
    private static final Pattern AGE = Pattern.compile("([0-9]{1,9})([smhd])");

    private static final String USAGE = """
            usage: queue list [FILTER]... [--limit N]      the oldest mails that match (default: 100)
                   queue show ID                           all about a mail
                   queue stats                             how many mails there are, and where they stand
                   queue destinations [--limit N]          where due mail goes to, the most first
                   queue retry [DOMAIN] [FILTER]...        makes deferred mail due now
                   queue hold|release|bounce|drop ID       does it to a mail
                   queue hold|release|bounce|drop FILTER... [--yes]
                                                           does it to all that match; without --yes only counts them
                   queue pause [FILTER]...                 stops delivery to what matches, also of mail to come
                   queue pauses                            what is paused
                   queue resume ID                         ends a pause
                   queue export ID FILE                    writes a message to a file that is not there yet
                   queue import-haraka FOLDER              takes the mails of a Haraka queue folder
                   queue verify                            reads all that is stored and compares it with its checksums
            FILTER: --all                everything
                    --id ID              a mail, or all of a message or connection
                    --sender ADDRESS     an address, @domain, or '<>'
                    --recipient ADDRESS  an address, or @domain
                    --domain DOMAIN      a destination
                    --route HOST         the next hop that was tried last
                    --older TIME         queued longer than this: 90s, 10m, 2h, 3d
                    --state STATE        scheduled, active, deferred, held
                    --reply TEXT         its last reply holds this text
            """;

    /** The command line is wrong. */
    private static final class UsageException extends Exception {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** What stands behind the word. */
    private static final class Options {
        private QueueQuery query = QueueQuery.ALL;
        private final List<String> words = new ArrayList<>();
        private int limit = DEFAULT_LIMIT;
        private boolean isSure;
        private boolean isAll;
    }

    private final Control control;
    private final Parts parts;
    private final Runnable imported;
    private final Clock clock;

    /**
     * Makes one.
     *
     * @param imported is run when mails have come into the store by another way
     */
    QueueCommand(Control control, Parts parts, Runnable imported, Clock clock) {
        this.control = control;
        this.parts = parts;
        this.imported = imported;
        this.clock = clock;
    }

    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            return run(arguments, out);
        } catch (UsageException e) {
            return say(out, "queue: " + Text.escaped(String.valueOf(e.getMessage())) + "\n" + USAGE, BAD_USAGE);
        } catch (UncheckedIOException e) {
            return say(out, "queue: " + Text.escaped(String.valueOf(e.getCause())) + "\n", NOTHING);
        } catch (IOException e) {
            return say(out, "queue: " + Text.escaped(e.toString()) + "\n", NOTHING);
        }
    }

    private static int say(Appendable out, String text, int code) {
        try {
            out.append(text);
            return code;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(List<String> arguments, Appendable out) throws IOException, UsageException {
        if (arguments.size() < 2) {
            throw new UsageException("want a word behind it");
        }
        var word = arguments.get(1);
        if (word.equals("--help")) {
            return say(out, USAGE, DONE);
        }
        var folder = arguments.getFirst();
        var options = read(arguments.subList(2, arguments.size()));
        return switch (word) {
            case "list" -> list(none(options), out);
            case "show" -> show(one(options, "an id"), out);
            case "stats" -> stats(none(options), out);
            case "destinations" -> destinations(none(options), out);
            case "retry" -> retry(options, out);
            case "hold" -> act(options, "held", control::hold, out);
            case "release" -> act(options, "released", control::release, out);
            case "bounce" -> act(options, "given up", control::bounce, out);
            case "drop" -> act(options, "dropped", control::drop, out);
            case "pause" -> pause(none(options), out);
            case "pauses" -> pauses(none(options), out);
            case "resume" -> resume(one(options, "the id of a pause"), out);
            case "export" -> export(folder, options, out);
            case "import-haraka" -> importHaraka(path(folder, one(options, "a folder")), out);
            case "verify" -> {
                none(options);
                yield verify(out);
            }
            default -> throw new UsageException("does not know " + word);
        };
    }

    // ---- what is written ----

    private static Options read(List<String> words) throws UsageException {
        var options = new Options();
        for (var all = words.iterator(); all.hasNext(); ) {
            var word = all.next();
            if (!word.startsWith("--")) {
                options.words.add(word);
                continue;
            }
            if (Set.of("--yes", "--all").contains(word)) {
                options.isSure |= word.equals("--yes");
                options.isAll |= word.equals("--all");
                continue;
            }
            if (!all.hasNext()) {
                throw new UsageException("wants a value: " + word);
            }
            option(options, word, all.next());
        }
        return options;
    }

    private static void option(Options options, String word, String value) throws UsageException {
        var query = options.query;
        options.query = switch (word) {
            case "--id" -> query.id(value);
            case "--sender" -> query.sender(value);
            case "--recipient" -> query.recipient(value);
            case "--domain" -> query.domain(value);
            case "--route" -> query.route(value);
            case "--older" -> query.olderThan(age(value));
            case "--state" -> query.state(state(value));
            case "--reply" -> query.lastReply(value);
            case "--limit" -> {
                options.limit = limit(value);
                yield query;
            }
            default -> throw new UsageException("does not know " + word);
        };
    }

    private static Duration age(String text) throws UsageException {
        var match = AGE.matcher(text);
        if (!match.matches()) {
            throw new UsageException("wants a time such as 90s, 10m, 2h, 3d: " + text);
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static State state(String text) throws UsageException {
        for (var state : State.values()) {
            if (state.name().equalsIgnoreCase(text)) {
                return state;
            }
        }
        throw new UsageException("wants scheduled, active, deferred or held: " + text);
    }

    private static int limit(String text) throws UsageException {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST_LISTED) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException("wants a limit of 1 to " + MOST_LISTED + ": " + text);
    }

    private static Options none(Options options) throws UsageException {
        if (!options.words.isEmpty()) {
            throw new UsageException("wants no " + options.words.getFirst());
        }
        return options;
    }

    private static String one(Options options, String what) throws UsageException {
        if (options.words.size() != 1 || !options.query.equals(QueueQuery.ALL)) {
            throw new UsageException("wants " + what + ", and nothing else");
        }
        return options.words.getFirst();
    }

    private static Path path(String folder, String text) throws UsageException {
        try {
            return Path.of(folder).resolve(text);
        } catch (InvalidPathException e) {
            throw new UsageException("no path: " + text);
        }
    }

    // ---- looking ----

    private int list(Options options, Appendable out) throws IOException {
        var found = control.mails(options.query, options.limit);
        for (var mail : found) {
            out.append(line(mail)).append('\n');
        }
        if (found.size() == options.limit) {
            out.append("(the oldest ").append(Integer.toString(options.limit)).append("; --limit shows more)\n");
        }
        return found.isEmpty() ? NOTHING : DONE;
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

    private int show(String id, Appendable out) throws IOException {
        var found = control.mail(id);
        if (found.isEmpty()) {
            return say(out, "no mail has the id " + Text.escaped(id) + "\n", NOTHING);
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
        return DONE;
    }

    private static String parameters(String map) {
        return map.equals("{}") ? "" : " " + map;
    }

    private static void row(Appendable out, String name, @Nullable String value) throws IOException {
        if (value != null) {
            out.append(String.format("%-12s%s%n", name, Text.escaped(value)));
        }
    }

    private int stats(Options options, Appendable out) throws IOException {
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
        return options.query.equals(QueueQuery.ALL) ? DONE : say(out, "(stats takes no filter)\n", BAD_USAGE);
    }

    private int destinations(Options options, Appendable out) throws IOException {
        for (var one : control.destinations(options.limit)) {
            var reply = one.lastReply();
            out.append(Text.escaped(one.domain() + "  due=" + one.due() + " active=" + one.active() + " window="
                            + one.window()
                            + (one.isResting() ? " resting" : "") + (one.isPaused() ? " paused" : "")
                            + (one.host() == null ? "" : " host=" + one.host())
                            + (reply == null ? "" : "  " + reply)))
                    .append('\n');
        }
        return DONE;
    }

    // ---- steering ----

    private int retry(Options options, Appendable out) throws IOException, UsageException {
        if (options.words.size() == 1) {
            options.query = options.query.domain(options.words.removeFirst());
        }
        return count(out, control.retry(none(options).query), "due now");
    }

    private static int count(Appendable out, int number, String what) throws IOException {
        out.append(Integer.toString(number))
                .append(number == 1 ? " mail " : " mails ")
                .append(what)
                .append('\n');
        return number == 0 ? NOTHING : DONE;
    }

    private int act(Options options, String done, ToIntFunction<QueueQuery> deed, Appendable out)
            throws IOException, UsageException {
        if (!options.words.isEmpty()) {
            var id = one(options, "an id or filters");
            if (control.mail(id).isEmpty()) {
                return say(out, "no mail has the id " + Text.escaped(id) + "\n", NOTHING);
            }
            return count(out, deed.applyAsInt(QueueQuery.ALL.id(id)), done);
        }
        if (options.query.equals(QueueQuery.ALL) && !options.isAll) {
            throw new UsageException("wants an id, filters, or --all");
        }
        if (!options.isSure) {
            int found = control.count(done.equals("released") ? options.query.state(State.HELD) : options.query);
            out.append(Integer.toString(found))
                    .append(found == 1 ? " mail matches" : " mails match")
                    .append("; with --yes ");
            return say(out, "they are " + done + "\n", found == 0 ? NOTHING : DONE);
        }
        return count(out, deed.applyAsInt(options.query), done);
    }

    private int pause(Options options, Appendable out) throws IOException, UsageException {
        if (options.query.equals(QueueQuery.ALL) && !options.isAll) {
            throw new UsageException("wants filters, or --all");
        }
        out.append("paused as ").append(control.pause(options.query)).append('\n');
        return DONE;
    }

    private int pauses(Options options, Appendable out) throws IOException {
        var all = control.pauses();
        for (var one : all) {
            out.append(one.id())
                    .append("  ")
                    .append(Text.escaped(described(one)))
                    .append('\n');
        }
        return all.isEmpty() || !options.query.equals(QueueQuery.ALL) ? NOTHING : DONE;
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

    private int resume(String id, Appendable out) throws IOException {
        return control.resume(id)
                ? say(out, "resumed\n", DONE)
                : say(out, "nothing is paused as " + Text.escaped(id) + "\n", NOTHING);
    }

    // ---- the store's own ----

    private int export(String folder, Options options, Appendable out) throws IOException, UsageException {
        if (options.words.size() != 2) {
            throw new UsageException("wants an id and a file");
        }
        var id = options.words.getFirst();
        var found = control.mail(id);
        MessageStore messages = parts.messages();
        if (found.isEmpty() || messages == null) {
            return say(out, "no mail has the id " + Text.escaped(id) + "\n", NOTHING);
        }
        var content = control.store().open(found.get().number());
        if (content.isEmpty()) {
            return say(out, "no mail has the id " + Text.escaped(id) + "\n", NOTHING);
        }
        var file = path(folder, options.words.get(1));
        var message = messages.restore(content.get());
        try (var in = message.open()) {
            Files.copy(in, file);
        } catch (FileAlreadyExistsException e) {
            return say(out, "is there already: " + Text.escaped(file.toString()) + "\n", NOTHING);
        } finally {
            message.close();
        }
        return say(out, "written to " + Text.escaped(file.toString()) + "\n", DONE);
    }

    private int importHaraka(Path folder, Appendable out) throws IOException {
        int taken = control.store().importHaraka(folder, line -> {
            say(out, Text.escaped(line) + "\n", NOTHING);
        });
        imported.run();
        return count(out, taken, "imported");
    }

    private int verify(Appendable out) throws IOException {
        var wrong = control.store().verify();
        for (var line : wrong) {
            out.append(Text.escaped(line)).append('\n');
        }
        return wrong.isEmpty()
                ? say(out, "all that is stored is as it should be\n", DONE)
                : say(out, wrong.size() + " places are damaged\n", NOTHING);
    }
}
