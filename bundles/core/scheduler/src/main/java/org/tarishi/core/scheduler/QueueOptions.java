package org.tarishi.core.scheduler;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.spi.QueueQuery;

/** What stands behind the word of a {@code queue} command. */
final class QueueOptions {

    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST_LISTED = 100_000;
    private static final Pattern AGE = Pattern.compile("([0-9]{1,9})([smhd])");

    private QueueQuery query = QueueQuery.ALL;
    private final List<String> words = new ArrayList<>();
    private int limit = DEFAULT_LIMIT;
    private boolean isSure;
    private boolean isAll;
    private @Nullable ReversePath from;
    private final List<Recipient> to = new ArrayList<>();

    private QueueOptions() {}

    /** The command line is wrong. */
    static final class UsageException extends Exception {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** Reads the words behind a command. */
    static QueueOptions read(List<String> words) throws UsageException {
        var options = new QueueOptions();
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
            options.put(word, all.next());
        }
        return options;
    }

    private void put(String word, String value) throws UsageException {
        switch (word) {
            case "--id" -> query = query.id(value);
            case "--sender" -> query = query.sender(value);
            case "--recipient" -> query = query.recipient(value);
            case "--domain" -> query = query.domain(value);
            case "--route" -> query = query.route(value);
            case "--older" -> query = query.olderThan(age(value));
            case "--state" -> query = query.state(state(value));
            case "--reply" -> query = query.lastReply(value);
            case "--limit" -> limit = limit(value);
            case "--from", "--to" -> address(word, value);
            default -> throw new UsageException("does not know " + word);
        }
    }

    private void address(String word, String value) throws UsageException {
        var path = value.startsWith("<") ? value : "<" + value + ">";
        try {
            if (word.equals("--to")) {
                to.add(Recipient.parse(path));
            } else if (from != null) {
                throw new UsageException("wants --from once");
            } else {
                from = ReversePath.parse(path);
            }
        } catch (AddressSyntaxException e) {
            throw new UsageException("wants an address behind " + word + ": " + value);
        }
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

    /** Says that no word may stand here but filters. */
    QueueOptions none() throws UsageException {
        noAddresses();
        if (!words.isEmpty()) {
            throw new UsageException("wants no " + words.getFirst());
        }
        return this;
    }

    /** Returns the one word that may stand here. */
    String one(String what) throws UsageException {
        noAddresses();
        if (words.size() != 1 || hasFilter()) {
            throw new UsageException("wants " + what + ", and nothing else");
        }
        return words.getFirst();
    }

    /** Returns the two words that may stand here. */
    List<String> two(String what) throws UsageException {
        noAddresses();
        if (words.size() != 2 || hasFilter()) {
            throw new UsageException("wants " + what + ", and nothing else");
        }
        return words;
    }

    private void noAddresses() throws UsageException {
        if (from != null || !to.isEmpty()) {
            throw new UsageException("takes no --from and --to");
        }
    }

    /** Makes the only word, where there is one, a filter by domain. */
    QueueOptions domainFirst() {
        if (words.size() == 1) {
            query = query.domain(words.removeFirst());
        }
        return this;
    }

    /** A message to import. */
    record Import(String file, ReversePath sender, List<Recipient> recipients) {}

    /** Returns which message to import; {@code --from} may be left out for the null sender. */
    Import toImport() throws UsageException {
        if (words.size() != 1 || hasFilter()) {
            throw new UsageException("wants a file, --from and --to");
        }
        if (to.isEmpty()) {
            throw new UsageException("wants --to ADDRESS");
        }
        return new Import(words.getFirst(), from == null ? ReversePath.NULL : from, List.copyOf(to));
    }

    /** Returns a path, below a folder where it is not whole. */
    static Path path(String folder, String text) throws UsageException {
        try {
            return Path.of(folder).resolve(text);
        } catch (InvalidPathException e) {
            throw new UsageException("no path: " + text);
        }
    }

    QueueQuery query() {
        return query;
    }

    boolean hasFilter() {
        return !query.equals(QueueQuery.ALL);
    }

    boolean hasWords() {
        return !words.isEmpty();
    }

    int limit() {
        return limit;
    }

    /** Tells whether it is to be done, and not only counted. */
    boolean isSure() {
        return isSure;
    }

    /** Tells whether everything is meant. */
    boolean isAll() {
        return isAll;
    }
}
