package org.tarishi.core.dsn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.FailureClasses;

/** Rules in order: the first that fits names the class. Immutable; any thread. */
final class FailureRules {

    static final String FILE = "failure-classes";

    /** No file of rules needs more. */
    static final int MOST_BYTES = 1 << 20;

    private static final int MOST_RULES = 2000;

    /** What is said behind this is a link, or the peer's advertisement. */
    private static final int MOST_CHARS = 2000;

    private static final FailureRules SHIPPED = new FailureRules(null);

    /** Null for those that are shipped. */
    private final @Nullable List<FailureRule> own;

    private FailureRules(@Nullable List<FailureRule> own) {
        this.own = own;
    }

    /** Read when the first failure wants a class: a start, and a server that none ever meets, do without. */
    private static final class Shipped {
        static final List<FailureRule> RULES = read();

        private static List<FailureRule> read() {
            try {
                return rules(FILE, Templates.shipped(FILE));
            } catch (BadFileException e) {
                throw new IllegalStateException("the shipped rules are bad", e);
            }
        }
    }

    /**
     * Reads a file: a rule a line, none where it is empty or begins with a {@code #}.
     *
     * @param name what the file is called, for the exception
     */
    static FailureRules of(String name, byte[] file) throws BadFileException {
        return new FailureRules(rules(name, file));
    }

    private static List<FailureRule> rules(String name, byte[] file) throws BadFileException {
        var rules = new ArrayList<FailureRule>();
        int number = 0;
        for (var line : Templates.decoded(name, file).split("\n", -1)) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            if (rules.size() == MOST_RULES) {
                throw new BadFileException(name + " has more than " + MOST_RULES + " rules");
            }
            try {
                rules.add(FailureRule.of(line));
            } catch (BadFileException e) {
                throw new BadFileException(name + ":" + number + ": " + e.getMessage());
            }
        }
        return List.copyOf(rules);
    }

    /** Returns what is shipped. */
    static FailureRules shipped() {
        return SHIPPED;
    }

    /** Returns the class of a failure. */
    String classify(Reply reply, @Nullable String host) {
        var text = reply.text();
        var said = text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) : text;
        var who = host == null ? null : host.toLowerCase(Locale.ROOT);
        for (var rule : own == null ? Shipped.RULES : own) {
            if (rule.fits(reply, said, who)) {
                return rule.name();
            }
        }
        return FailureClasses.OTHER;
    }
}
