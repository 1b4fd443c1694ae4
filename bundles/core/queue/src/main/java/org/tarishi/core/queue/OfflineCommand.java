package org.tarishi.core.queue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import org.osgi.annotation.bundle.Header;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.core.spi.QueuedMail;

/**
 * {@code tarishi queue} while no server runs: looks into the folder, takes mail out of it and puts mail into it.
 *
 * <p>The launcher makes one by the header's word. It opens the folder as a start does, lock included, and sends nothing.
 */
@Header(name = "Tarishi-Offline-Command", value = "queue=${@class}")
public final class OfflineCommand implements BiFunction<List<String>, Appendable, Integer> {

    private static final String USAGE = """
        usage, while no server runs:
          queue list [--limit N]                           the mails, in no order (default: 100)
          queue show ID                                    all about a mail
          queue export ID FILE                             writes a message to a file that is not there yet
          queue import FILE --from ADDRESS --to ADDRESS... puts a message into the queue; --from <> for none
          queue import-haraka FOLDER                       takes the mails of a Haraka queue folder
          queue verify                                     reads all that is stored and compares it with its checksums
        """;

    private static final int DONE = 0;
    private static final int NOTHING = 1;
    private static final int BAD_USAGE = 64;

    private final Path data;
    private final Path conf;

    /** Made by the launcher; the system properties {@code tarishi.data} and {@code tarishi.conf} name the instance's folders. */
    public OfflineCommand() {
        this(Path.of(System.getProperty("tarishi.data", "data")), Path.of(System.getProperty("tarishi.conf", "conf")));
    }

    OfflineCommand(Path data, Path conf) {
        this.data = data;
        this.conf = conf;
    }

    /** Runs it; the first argument is the working directory. */
    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            var words = arguments.subList(1, arguments.size());
            if (words.isEmpty() || words.contains("--help")) {
                out.append(USAGE);
                return words.isEmpty() ? BAD_USAGE : DONE;
            }
            if (words.getFirst().equals("import")) {
                // Before a folder is made for it.
                var _ = Import.of(words);
            }
            var folder = data.resolve(folder()).toAbsolutePath().normalize();
            if (!Files.isDirectory(folder.resolve(Disk.JOURNAL))
                    && !words.getFirst().startsWith("import")) {
                out.append("no queue in ").append(folder.toString()).append("\n");
                return NOTHING;
            }
            var settings = new Settings(folder, 64 << 20, 64 << 10, true, 0, 100_000_000, 0, 8 << 20);
            var store = Store.open(
                    new FolderDisk(folder, true), () -> settings, settings::segmentBytes, new SecureRandom(), false);
            try {
                store.scanned().join();
                return run(store, Path.of(arguments.getFirst()), words, out);
            } finally {
                store.close();
            }
        } catch (IllegalArgumentException e) {
            return say(out, "queue: " + Text.escaped(String.valueOf(e.getMessage())) + "\n" + USAGE, BAD_USAGE);
        } catch (IOException e) {
            return say(out, "queue: " + Text.escaped(e.toString()) + "\n", NOTHING);
        } catch (CompletionException e) {
            return say(out, "queue: " + Text.escaped(String.valueOf(e.getCause())) + "\n", NOTHING);
        }
    }

    private static int say(Appendable out, String text, int code) {
        try {
            out.append(text);
        } catch (IOException e) {
            // nobody reads it any more
        }
        return code;
    }

    /** Returns the folder that the server would use. */
    private String folder() throws IOException {
        var properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(conf.resolve(Settings.PID + ".cfg"))));
        } catch (NoSuchFileException e) {
            // the default
        }
        return properties.getProperty("folder", "queue").strip();
    }

    private static int run(Store store, Path directory, List<String> words, Appendable out) throws IOException {
        return switch (words.getFirst()) {
            case "list" -> list(store, words, out);
            case "show" -> show(store, argument(words, 1), out);
            case "export" -> export(store, argument(words, 1), directory.resolve(argument(words, 2)), out);
            case "import" -> take(store, directory, Import.of(words), out);
            case "import-haraka" -> {
                var told = new ArrayList<String>();
                int count = new HarakaImport(store).run(directory.resolve(argument(words, 1)), told::add);
                for (var line : told) {
                    out.append("not taken: ").append(line).append("\n");
                }
                out.append(count + " mails taken\n");
                yield told.isEmpty() ? DONE : NOTHING;
            }
            case "verify" -> {
                var faults = store.verify();
                for (var fault : faults) {
                    out.append(Text.escaped(fault)).append("\n");
                }
                long damaged = store.damaged();
                out.append(faults.isEmpty() && damaged == 0 ? "all is well\n" : damaged + " damaged places\n");
                yield faults.isEmpty() && damaged == 0 ? DONE : NOTHING;
            }
            default -> throw new IllegalArgumentException("no such command while no server runs: " + words.getFirst());
        };
    }

    private static String argument(List<String> words, int index) {
        if (index >= words.size()) {
            throw new IllegalArgumentException("want an argument behind " + words.getLast());
        }
        return words.get(index);
    }

    private static int list(Store store, List<String> words, Appendable out) throws IOException {
        int limit = 100;
        if (words.size() > 1) {
            if (words.size() != 3
                    || !words.get(1).equals("--limit")
                    || !words.get(2).matches("[0-9]{1,9}")) {
                throw new IllegalArgumentException("want --limit and a number");
            }
            limit = Integer.parseInt(words.get(2));
        }
        int position = 0;
        int left = limit;
        while (position >= 0 && left > 0) {
            var numbers = new ArrayList<Long>();
            position = store.index().visit(position, Math.min(left, 500), row -> numbers.add(row.number()));
            left -= numbers.size();
            for (long number : numbers) {
                var mail = store.mail(number);
                if (mail.isPresent()) {
                    out.append(line(mail.get()));
                }
            }
        }
        long mails = store.index().counts().mails();
        if (mails > limit) {
            out.append((mails - limit) + " more\n");
        }
        return DONE;
    }

    private static String line(QueuedMail mail) {
        var state = mail.state();
        return String.join(
                        " ",
                        Text.escaped(mail.id()),
                        state.held() != null ? "held" : state.failures() > 0 ? "deferred" : "scheduled",
                        "due " + state.due(),
                        mail.size() + " bytes",
                        "from " + Text.escaped(mail.sender().toString()),
                        "to " + Text.escaped(mail.recipients().getFirst().toString())
                                + (mail.recipients().size() > 1
                                        ? " and " + (mail.recipients().size() - 1) + " more"
                                        : ""))
                + "\n";
    }

    private static long number(Store store, String id) throws IOException {
        return store.find(id).orElseThrow(() -> new NoSuchFileException("no such mail: " + id));
    }

    private static int show(Store store, String id, Appendable out) throws IOException {
        var mail = store.mail(number(store, id)).orElseThrow();
        var state = mail.state();
        out.append("id         " + Text.escaped(mail.id()) + "\n");
        out.append("sender     "
                + Text.escaped((mail.sender() + " " + mail.sender().parameters()).strip()) + "\n");
        out.append("domain     " + Text.escaped(mail.domain()) + "\n");
        out.append("origin     " + Text.escaped(mail.origin()) + "\n");
        out.append("queued     " + mail.queuedAt() + "\n");
        out.append("due        " + state.due() + "\n");
        out.append("failures   " + state.failures() + "\n");
        out.append("priority   " + state.priority() + "\n");
        out.append("held       " + (state.held() == null ? "no" : Text.escaped(state.held())) + "\n");
        out.append("TLS only   " + (state.tlsRequired() ? "yes" : "no") + "\n");
        out.append("bytes      " + mail.size() + "\n");
        for (int i = 0; i < mail.recipients().size(); i++) {
            var told = state.recipients().get(i);
            var reply = told.reply();
            out.append("recipient  " + Text.escaped(mail.recipients().get(i).toString()) + " "
                    + switch (told.standing()) {
                        case PENDING -> "pending";
                        case DELIVERED -> "delivered";
                        case FAILED -> "failed";
                    }
                    + (reply == null ? "" : ": " + Text.escaped(reply.toString()))
                    + "\n");
        }
        return DONE;
    }

    private static int export(Store store, String id, Path file, Appendable out) throws IOException {
        var content = store.content(number(store, id)).orElseThrow();
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, mode);
        try (var to = Files.newOutputStream(file, StandardOpenOption.WRITE);
                var body = content.openBody(0, content.bodySize())) {
            to.write(content.header());
            to.write('\r');
            to.write('\n');
            body.transferTo(to);
        }
        out.append("written to ").append(file.toString()).append("\n");
        return DONE;
    }

    /** What {@code import} is asked for. */
    private record Import(String file, ReversePath sender, List<Recipient> recipients) {

        static Import of(List<String> words) {
            var file = argument(words, 1);
            var sender = ReversePath.NULL;
            var recipients = new ArrayList<Recipient>();
            for (int i = 2; i < words.size(); i += 2) {
                var value = argument(words, i + 1);
                var path = value.startsWith("<") ? value : "<" + value + ">";
                switch (words.get(i)) {
                    case "--from" -> sender = ReversePath.parse(path);
                    case "--to" -> recipients.add(Recipient.parse(path));
                    default -> throw new IllegalArgumentException("no such option: " + words.get(i));
                }
            }
            if (recipients.isEmpty()) {
                throw new IllegalArgumentException("want --to ADDRESS");
            }
            return new Import(file, sender, recipients);
        }
    }

    private static int take(Store store, Path directory, Import what, Appendable out) throws IOException {
        var file = directory.resolve(what.file());
        for (var id : new MessageImport(store, InstantSource.system()).run(file, what.sender(), what.recipients())) {
            out.append("queued as ").append(id).append("\n");
        }
        return DONE;
    }
}
