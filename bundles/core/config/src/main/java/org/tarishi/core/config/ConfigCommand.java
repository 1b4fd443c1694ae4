package org.tarishi.core.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.tarishi.api.Text;
import org.tarishi.core.config.CfgFile.Value;

/**
 * The command {@code config}.
 *
 * <p>Returns 0 when it was done, 1 when something was refused, 2 when the command line is wrong. Any thread.
 */
final class ConfigCommand implements BiFunction<List<String>, Appendable, Integer> {

    static final String HELP = "shows and changes settings: list | show PID | set PID key=value ... | unset PID key ..."
            + " | history PID | undo PID [NUMBER] | check [FILE]";

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 2;

    private final Gate gate;
    private final Path conf;

    ConfigCommand(Gate gate, Path conf) {
        this.gate = gate;
        this.conf = conf;
    }

    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            if (arguments.size() < 2) {
                return usage(out);
            }
            var rest = arguments.subList(2, arguments.size());
            return switch (arguments.get(1)) {
                case "list" -> rest.isEmpty() ? list(out) : usage(out);
                case "show" -> rest.size() == 1 ? show(rest.getFirst(), out) : usage(out);
                case "set" -> rest.size() > 1 ? set(rest.getFirst(), rest.subList(1, rest.size()), out) : usage(out);
                case "unset" ->
                    rest.size() > 1 ? unset(rest.getFirst(), rest.subList(1, rest.size()), out) : usage(out);
                case "history" -> rest.size() == 1 ? history(rest.getFirst(), out) : usage(out);
                case "undo" -> rest.size() == 1 || rest.size() == 2 ? undo(rest, out) : usage(out);
                case "check" -> rest.size() < 2 ? check(Path.of(arguments.getFirst()), rest, out) : usage(out);
                default -> usage(out);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int usage(Appendable out) throws IOException {
        out.append("config ").append(HELP).append('\n');
        return USAGE;
    }

    private int list(Appendable out) throws IOException {
        for (var entry : gate.list().entrySet()) {
            out.append(String.format("%-9s %s%n", entry.getValue(), entry.getKey()));
        }
        for (var line : gate.complaints()) {
            out.append(line).append('\n');
        }
        return DONE;
    }

    private int show(String pid, Appendable out) throws IOException {
        var lines = gate.show(pid);
        if (lines == null) {
            return unknown(pid, out);
        }
        for (var line : lines) {
            out.append(Text.escaped(line)).append('\n');
        }
        return DONE;
    }

    private int unknown(String pid, Appendable out) throws IOException {
        var near = gate.nearest(pid);
        out.append("no settings of the name ")
                .append(Text.escaped(pid))
                .append(near == null ? "" : "; did you mean " + near + "?")
                .append('\n');
        return REFUSED;
    }

    private int set(String pid, List<String> assignments, Appendable out) throws IOException {
        var values = new LinkedHashMap<String, Value>();
        for (var assignment : assignments) {
            var equals = assignment.indexOf('=');
            if (equals < 1) {
                out.append("want key=value, not ")
                        .append(Text.escaped(assignment))
                        .append('\n');
                return USAGE;
            }
            var key = assignment.substring(0, equals).strip();
            try {
                values.put(key, Value.parse(assignment.substring(equals + 1)));
                if (!CfgFile.parse(key + " =").values().containsKey(key)) {
                    throw new CfgSyntaxException(1, "no such setting");
                }
            } catch (CfgSyntaxException e) {
                out.append(Text.escaped(key))
                        .append(": ")
                        .append(e.getMessage())
                        .append('\n');
                return REFUSED;
            }
        }
        return told(
                gate.edit(pid, file -> {
                    var changed = file;
                    for (Map.Entry<String, Value> entry : values.entrySet()) {
                        changed = changed.with(entry.getKey(), entry.getValue());
                    }
                    return changed;
                }),
                out);
    }

    private int unset(String pid, List<String> keys, Appendable out) throws IOException {
        return told(
                gate.edit(pid, file -> {
                    var changed = file;
                    for (var key : keys) {
                        changed = changed.without(key);
                    }
                    return changed;
                }),
                out);
    }

    private static int told(List<Problem> problems, Appendable out) throws IOException {
        for (var problem : problems) {
            out.append(problem.toString()).append('\n');
        }
        return problems.isEmpty() ? DONE : REFUSED;
    }

    private int history(String pid, Appendable out) throws IOException {
        var changes = gate.history(pid);
        if (changes.isEmpty()) {
            out.append("no changes of ").append(Text.escaped(pid)).append(" are kept\n");
            return REFUSED;
        }
        for (var change : changes) {
            out.append(String.format("%4d  %s  %-7s  ", change.number(), change.time(), Text.escaped(change.author())))
                    .append(
                            change.after() == null
                                    ? "removed"
                                    : change.before() == null
                                            ? "created"
                                            : gate.difference(pid, change.before(), change.after()))
                    .append('\n');
        }
        return DONE;
    }

    private int undo(List<String> arguments, Appendable out) throws IOException {
        var pid = arguments.getFirst();
        var changes = gate.history(pid);
        var number = arguments.size() == 2 ? arguments.get(1) : "";
        for (var change : changes.reversed()) {
            if (number.isEmpty() || number.equals(Integer.toString(change.number()))) {
                return told(gate.undo(pid, change), out);
            }
        }
        out.append("no such change of ").append(Text.escaped(pid)).append(" is kept\n");
        return REFUSED;
    }

    private int check(Path folder, List<String> named, Appendable out) throws IOException {
        if (!named.isEmpty()) {
            return check(folder.resolve(named.getFirst()), out);
        }
        var worst = DONE;
        try (var files = java.nio.file.Files.newDirectoryStream(conf, "*.cfg")) {
            for (var file : files) {
                worst = Math.max(worst, check(file, out));
            }
        }
        return worst;
    }

    private int check(Path file, Appendable out) throws IOException {
        var shown = Text.escaped(file.toString());
        var pid = ConfFolder.pid(file);
        if (pid == null) {
            out.append(shown).append(": want a file that is named like its PID, PID.cfg\n");
            return REFUSED;
        }
        String text;
        try {
            text = Objects.requireNonNullElse(SafeFiles.read(file), "");
            if (!java.nio.file.Files.exists(file)) {
                out.append(shown).append(": no such file\n");
                return REFUSED;
            }
        } catch (IOException e) {
            out.append(shown).append(": ").append(SafeFiles.reason(e)).append('\n');
            return REFUSED;
        }
        return switch (gate.check(pid, text)) {
            case Verdict.Good _ -> {
                out.append(shown).append(": good\n");
                yield DONE;
            }
            case Verdict.Undeclared _ -> {
                out.append(shown).append(": no bundle declares this PID; unchecked\n");
                yield DONE;
            }
            case Verdict.Bad(var problems) -> {
                for (var problem : problems) {
                    out.append(problem.in(shown)).append('\n');
                }
                yield REFUSED;
            }
        };
    }
}
