package org.tarishi.core.boot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A command line, read.
 *
 * @param command its first word
 * @param base the instance's folder
 * @param settings what is to be written to its {@code conf/} first
 * @param welcome whether somebody sits at the terminal
 * @param detached whether a {@code start} command waits to hear of it
 * @param rest what is left for the command itself
 */
record Options(
        String command, Path base, List<Setting> settings, boolean welcome, boolean detached, List<String> rest) {

    Options {
        settings = List.copyOf(settings);
        rest = List.copyOf(rest);
    }

    /** Reads a command line; {@code --base} may stand anywhere behind the command. */
    static Options parse(List<String> arguments, Path home) throws Refusal {
        if (arguments.isEmpty()) {
            throw new Refusal(Refusal.USAGE, USAGE);
        }
        var command = arguments.getFirst();
        var ours = command.equals("run");
        var base = home;
        var settings = new ArrayList<Setting>();
        var welcome = false;
        var detached = false;
        var rest = new ArrayList<String>();
        var words = arguments.listIterator(1);
        while (words.hasNext()) {
            var word = words.next();
            if (word.equals("--base")) {
                if (!words.hasNext()) {
                    throw new Refusal(Refusal.USAGE, "--base: want a folder");
                }
                base = Path.of(words.next());
            } else if (!ours) {
                rest.add(word);
            } else {
                switch (word) {
                    case "--set" -> {
                        if (!words.hasNext()) {
                            throw new Refusal(Refusal.USAGE, "--set: want PID:key=value");
                        }
                        settings.add(Setting.parse(words.next()));
                    }
                    case "--welcome" -> welcome = true;
                    case "--detached" -> detached = true;
                    default ->
                        throw new Refusal(Refusal.USAGE, "no such option: " + Escaping.escape(word) + "\n" + USAGE);
                }
            }
        }
        return new Options(command, base.toAbsolutePath().normalize(), settings, welcome, detached, rest);
    }

    static final String USAGE = """
            usage: tarishi run|start [--base DIR] [--set PID:key=value]...
                   tarishi stop|status|help [--base DIR]
                   tarishi COMMAND [ARGUMENT]... [--base DIR]   (a running instance lists its commands: tarishi help)""";
}
