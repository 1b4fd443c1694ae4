package org.tarishi.core.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiFunction;
import org.tarishi.api.Text;

/** The command {@code queue}: looks into the queue and steers it. */
final class QueueCommand implements BiFunction<List<String>, Appendable, Integer> {

    static final String HELP =
            "queue list|show|stats|retry|hold|release|bounce|drop|pause|resume|...: looks into the outbound queue"
                    + " and steers it; queue --help tells how";

    static final int DONE = 0;
    static final int NOTHING = 1;
    static final int BAD_USAGE = 2;

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
                   queue import FILE --from ADDRESS --to ADDRESS...
                                                           puts a message into the queue as it is; --from '<>' for none
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

    private final QueueViews views;
    private final QueueDeeds deeds;
    private final QueueFiles files;
    private final Control control;

    /**
     * Makes one.
     *
     * @param imported is run when mails have come into the store by another way
     */
    QueueCommand(Control control, Parts parts, Runnable imported, InstantSource clock) {
        this.control = control;
        this.views = new QueueViews(control, clock);
        this.deeds = new QueueDeeds(control);
        this.files = new QueueFiles(control, parts, imported);
    }

    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            return run(arguments, out);
        } catch (QueueOptions.UsageException e) {
            return say(out, "queue: " + Text.escaped(String.valueOf(e.getMessage())) + "\n" + USAGE, BAD_USAGE);
        } catch (UncheckedIOException e) {
            return say(out, "queue: " + Text.escaped(String.valueOf(e.getCause())) + "\n", NOTHING);
        } catch (IOException e) {
            return say(out, "queue: " + Text.escaped(e.toString()) + "\n", NOTHING);
        }
    }

    /** Writes a text; returns the code. */
    static int say(Appendable out, String text, int code) {
        try {
            out.append(text);
            return code;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(List<String> arguments, Appendable out) throws IOException, QueueOptions.UsageException {
        if (arguments.size() < 2) {
            throw new QueueOptions.UsageException("want a word behind it");
        }
        var word = arguments.get(1);
        if (word.equals("--help")) {
            return say(out, USAGE, DONE);
        }
        var folder = arguments.getFirst();
        var options = QueueOptions.read(arguments.subList(2, arguments.size()));
        return switch (word) {
            case "list" -> views.list(options.none(), out);
            case "show" -> views.show(options.one("an id"), out);
            case "stats" -> views.stats(options.none(), out);
            case "destinations" -> views.destinations(options.none(), out);
            case "pauses" -> views.pauses(options.none(), out);
            case "retry" -> deeds.retry(options, out);
            case "hold" -> deeds.act(options, "held", control::hold, out);
            case "release" -> deeds.act(options, "released", control::release, out);
            case "bounce" -> deeds.act(options, "given up", control::bounce, out);
            case "drop" -> deeds.act(options, "dropped", control::drop, out);
            case "pause" -> deeds.pause(options.none(), out);
            case "resume" -> deeds.resume(options.one("the id of a pause"), out);
            case "export" -> files.export(folder, options, out);
            case "import" -> files.importMessage(folder, options, out);
            case "import-haraka" -> files.importHaraka(QueueOptions.path(folder, options.one("a folder")), out);
            case "verify" -> {
                var _ = options.none();
                yield files.verify(out);
            }
            default -> throw new QueueOptions.UsageException("does not know " + word);
        };
    }

    /** Tells how many mails something was done to. */
    static int count(Appendable out, int number, String what) throws IOException {
        out.append(Integer.toString(number))
                .append(number == 1 ? " mail " : " mails ")
                .append(what)
                .append('\n');
        return number == 0 ? NOTHING : DONE;
    }
}
