package org.tarishi.plugin.authflatfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.api.service.LookupException;

/** The command {@code user}: keeps the file of the users. */
@Component(
        service = BiFunction.class,
        property = {
            "tarishi.command=user",
            "tarishi.command.help=user add|passwd|list|remove|enable|disable|import: who may log in; user --help tells more"
        })
public final class UserCommand implements BiFunction<List<String>, Appendable, Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(UserCommand.class);

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;

    private static final String USAGE = """
            usage: user add NAME [OPTION]...      makes a user
                   user passwd NAME [OPTION]...   sets another password
                   user list                      tells who is there, and by which secrets
                   user enable NAME
                   user disable NAME              keeps the user, who can't log in
                   user remove NAME
                   user import FILE [OPTION]...   takes the users of Haraka's auth_flat_file.ini
              --password-stdin  reads the password, one line, from standard input; without it, it is asked for at the terminal
              --generate        makes one, and tells it
              --plain           keeps the password in plain text too, for clients that know nothing better than CRAM-MD5
              --replace         with import: also users that are there already
            """;

    /** The command line is wrong. */
    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** What was asked for can't be done; the message says why, to who asked. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private record Line(String verb, List<String> operands, Set<String> options) {

        static Line of(List<String> words) {
            var operands = new ArrayList<String>();
            var options = new HashSet<String>();
            for (var word : words.subList(1, words.size())) {
                if (word.startsWith("--")) {
                    options.add(word);
                } else {
                    operands.add(word);
                }
            }
            return new Line(words.getFirst(), operands, options);
        }

        boolean has(String option) {
            return options.contains(option);
        }

        void check(int wanted, Set<String> known) throws UsageException {
            for (var option : options) {
                if (!known.contains(option)) {
                    throw new UsageException("unknown for " + verb + ": " + option);
                }
            }
            if (operands.size() != wanted) {
                throw new UsageException(verb + " wants " + (wanted == 0 ? "nothing" : "one name") + " behind it");
            }
            if (has("--password-stdin") && has("--generate")) {
                throw new UsageException("--password-stdin and --generate are two ways to one password");
            }
        }
    }

    private final AuthFlatFile store;

    /** Works on the file of {@code store}. */
    @Activate
    public UserCommand(@Reference AuthFlatFile store) {
        this.store = store;
    }

    /**
     * Runs the command.
     *
     * @param arguments the client's working directory, then what was typed behind {@code user}
     * @param out what the client sees, a generated password too; asks the client's terminal, where it can
     * @return 0 when done, 1 when it can't be done, 2 when the command line is wrong
     */
    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            return run(arguments, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the client has gone
        }
    }

    private int run(List<String> arguments, Appendable out) throws IOException {
        var words = arguments.subList(1, arguments.size());
        if (words.equals(List.of("--help"))) {
            out.append(USAGE);
            return DONE;
        }
        try {
            if (words.isEmpty()) {
                throw new UsageException("want add, passwd, list, enable, disable, remove or import");
            }
            var line = Line.of(words);
            var done = answer(line, Path.of(arguments.getFirst()), out);
            say(out, done);
            return DONE;
        } catch (UsageException e) {
            say(out, "user: " + e.getMessage());
            out.append(USAGE);
            return BAD_USAGE;
        } catch (RefusedException | IllegalArgumentException e) {
            say(out, "user: " + e.getMessage());
            return FAILED;
        }
    }

    private static void say(Appendable out, String lines) throws IOException {
        for (var line : lines.lines().toList()) {
            out.append(Text.escaped(line)).append('\n');
        }
    }

    private String answer(Line line, Path folder, Appendable out) throws UsageException, RefusedException {
        var setting = Set.of("--password-stdin", "--generate", "--plain");
        switch (line.verb()) {
            case "list" -> line.check(0, Set.of());
            case "add", "passwd" -> line.check(1, setting);
            case "enable", "disable", "remove" -> line.check(1, Set.of());
            case "import" -> line.check(1, Set.of("--plain", "--replace"));
            default -> throw new UsageException("unknown: " + line.verb());
        }
        try {
            return done(line, folder, out);
        } catch (LookupException e) {
            throw new RefusedException("nothing has changed: " + e.getMessage());
        } catch (IOException e) {
            // What failed is the file; a client that has gone is told by an IOException of its own when the answer is
            // said.
            throw new RefusedException(String.valueOf(e.getMessage()));
        }
    }

    private String done(Line line, Path folder, Appendable out) throws IOException, RefusedException {
        return switch (line.verb()) {
            case "list" -> list();
            case "add" -> set(line, new PasswordPrompt(out), true);
            case "passwd" -> set(line, new PasswordPrompt(out), false);
            case "enable" -> change(line.operands().getFirst(), "enabled", user -> user.withDisabled(false));
            case "disable" -> change(line.operands().getFirst(), "disabled", user -> user.withDisabled(true));
            case "remove" -> remove(line.operands().getFirst());
            default -> takeOver(line, folder, out);
        };
    }

    private String list() throws LookupException {
        var all = store.file().users().all();
        if (all.isEmpty()) {
            return "no user in " + store.file().path();
        }
        var text = new StringBuilder();
        for (var user : all) {
            var secrets = new ArrayList<String>();
            user.hash().ifPresent(hash -> secrets.add(hash.recipe().label()));
            secrets.addAll(user.mechanisms());
            if (user.hasPlain()) {
                secrets.add("plain text");
            }
            text.append(String.format("%-32s %s", user.name(), String.join("; ", secrets)))
                    .append(user.isDisabled() ? "; disabled\n" : "\n");
        }
        return text.toString();
    }

    private String set(Line line, PasswordPrompt prompt, boolean isNew) throws IOException, RefusedException {
        var name = User.name(line.operands().getFirst());
        // Who is asked for a password should not hear only afterwards that it was in vain.
        if (store.file().users().find(name).isPresent() == isNew) {
            throw new RefusedException(isNew ? there(name) : missing(name));
        }
        boolean isGenerated = line.has("--generate");
        try (var password =
                isGenerated ? prompt.generated() : line.has("--password-stdin") ? prompt.read() : prompt.asked(name)) {
            if (!isGenerated && password.chars().length < store.settings().minLength()) {
                throw new RefusedException("a password has " + store.settings().minLength()
                        + " characters or more (minLength of " + Settings.PID + ")");
            }
            var user = store.enrol(name, password, line.has("--plain"));
            store.file().edit(lines -> {
                int at = Users.indexOf(lines, name, store.settings().letters());
                if ((at >= 0) == isNew) {
                    throw new IllegalArgumentException(isNew ? there(name) : missing(name));
                }
                if (isNew) {
                    lines.add(user.line());
                } else {
                    var before =
                            User.parse(lines.get(at).strip(), store.settings().ceiling());
                    lines.set(
                            at,
                            user.named(before.name())
                                    .withDisabled(before.isDisabled())
                                    .line());
                }
                return lines;
            });
            LOG.info("{}: {} by command", Text.escaped(name), isNew ? "added" : "password set");
            return "user " + name + (isNew ? " added" : ", password set")
                    + (isGenerated ? ", password " + new String(password.chars()) : "");
        }
    }

    private static String there(String name) {
        return "there is a user " + name + " already; user passwd sets another password";
    }

    private static String missing(String name) {
        return "there is no user " + name;
    }

    private String change(String name, String done, UnaryOperator<User> how) throws IOException {
        store.file().edit(lines -> {
            int at = find(lines, name);
            var before = User.parse(lines.get(at).strip(), store.settings().ceiling());
            var after = how.apply(before);
            if (after.isDisabled() != before.isDisabled()) {
                lines.set(at, after.line());
            }
            return lines;
        });
        LOG.info("{}: {} by command", Text.escaped(name), done);
        return "user " + name + " " + done;
    }

    private String remove(String name) throws IOException {
        store.file().edit(lines -> {
            lines.remove(find(lines, name));
            return lines;
        });
        LOG.info("{}: removed by command", Text.escaped(name));
        return "user " + name + " removed";
    }

    private int find(List<String> lines, String name) {
        int at = Users.indexOf(lines, name, store.settings().letters());
        if (at < 0) {
            throw new IllegalArgumentException(missing(name));
        }
        return at;
    }

    private String takeOver(Line line, Path folder, Appendable out) throws IOException, RefusedException {
        Path file;
        try {
            file = folder.resolve(line.operands().getFirst());
        } catch (InvalidPathException e) {
            throw new RefusedException("not a file's name: " + line.operands().getFirst());
        }
        var letters = store.settings().letters();
        boolean replaces = line.has("--replace");
        var users = new ArrayList<User>();
        for (var one : HarakaUsers.read(file, store.settings().maxFileBytes()).entrySet()) {
            if (!replaces && store.file().users().find(one.getKey()).isPresent()) {
                say(out, one.getKey() + ": is there already, left as it is");
                continue;
            }
            try (var password = Password.of(one.getValue().toCharArray())) {
                users.add(store.enrol(one.getKey(), password, line.has("--plain")));
            } catch (IllegalArgumentException e) {
                throw new RefusedException("nothing has changed: " + one.getKey() + ": " + e.getMessage());
            }
        }
        store.file().edit(lines -> {
            for (var user : users) {
                int at = Users.indexOf(lines, user.name(), letters);
                if (at < 0) {
                    lines.add(user.line());
                } else if (replaces) {
                    lines.set(at, user.line());
                }
            }
            return lines;
        });
        LOG.info("{} users imported by command", users.size());
        return users.size() + " users imported; " + file + " holds their passwords in plain text: remove it";
    }
}
