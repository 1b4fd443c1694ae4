package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginSwitch.Tally;

/**
 * The probations under way, in {@code data/deploy/probation}, so that a restart does not end them.
 *
 * <p>A line for each: symbolic name, hash, hash of the version before (or {@code shipped}), and six numbers: transactions, faults and
 * time-outs of that version, and of the new one so far. Written when a probation begins or ends and when the server stops: a process that
 * is killed loses what was counted since, and the probation lasts longer by that. One thread at a time.
 */
final class ProbationFile {

    private static final Logger LOG = LoggerFactory.getLogger(ProbationFile.class);

    private static final int WORDS = 9;

    private final Path file;

    /**
     * A probation under way.
     *
     * @param symbolicName its bundle's name
     * @param hash the SHA-256 of its bytes
     * @param before that of the version before, or {@link KeptVersions#SHIPPED}
     * @param old how that one did
     * @param sofar how the new one has done on its probation
     */
    record Saved(String symbolicName, String hash, String before, Tally old, Tally sofar) {}

    ProbationFile(Path folder) {
        file = folder.resolve("probation");
    }

    /** Returns what is written down; a damaged line is told and left out. */
    List<Saved> read() {
        var all = new ArrayList<Saved>();
        try {
            if (Files.exists(file)) {
                for (var line : Files.readAllLines(file)) {
                    parse(line)
                            .ifPresentOrElse(
                                    all::add,
                                    () -> LOG.error(
                                            "{}: a damaged line is left out, that probation ends: {}",
                                            file,
                                            Text.escaped(line)));
                }
            }
        } catch (IOException e) {
            LOG.error("{} can't be read, probations end: {}", file, e.toString());
        }
        return List.copyOf(all);
    }

    /** Writes down what is under way; that it can't is told, and ends nothing. */
    void write(List<Saved> all) {
        var text = new StringBuilder();
        for (var one : all) {
            text.append(String.join(
                            " ", one.symbolicName(), one.hash(), one.before(), words(one.old()), words(one.sofar())))
                    .append('\n');
        }
        try {
            SafeFiles.replace(file, text.toString());
        } catch (IOException e) {
            LOG.error("{} can't be written, a restart ends the probations: {}", file, e.toString());
        }
    }

    private static String words(Tally tally) {
        return tally.transactions() + " " + tally.faults() + " " + tally.timeouts();
    }

    private static Optional<Saved> parse(String line) {
        var words = line.split(" ", -1);
        try {
            return words.length == WORDS && PluginStore.HASH.matcher(words[1]).matches()
                    ? Optional.of(new Saved(words[0], words[1], words[2], tally(words, 3), tally(words, 6)))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Tally tally(String[] words, int from) {
        return new Tally(Long.parseLong(words[from]), Long.parseLong(words[from + 1]), Long.parseLong(words[from + 2]));
    }
}
