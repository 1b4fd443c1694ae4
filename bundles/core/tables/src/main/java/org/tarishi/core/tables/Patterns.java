package org.tarishi.core.tables;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;

/**
 * Patterns that a whole key is matched against, first to last, without case. Immutable.
 *
 * <p>The JDK's engine backtracks, and keys are chosen by peers. So a look-up may read so many characters and no more: what would take
 * longer fails for now, in bounded time.
 */
final class Patterns implements Table {

    private final List<Entry> entries;
    private final int steps;

    private Patterns(List<Entry> entries, int steps) {
        this.entries = entries;
        this.steps = steps;
    }

    /** Reads one pattern. */
    static Patterns inline(String pattern, Settings settings) {
        return new Patterns(List.of(Entry.of(new Line(pattern, ""))), settings.regexSteps());
    }

    /** Reads the lines of a file. */
    static Patterns of(List<Line> lines, Settings settings) {
        if (lines.size() > settings.maxPatterns()) {
            throw new IllegalArgumentException(
                    lines.size() + " patterns, more than maxPatterns = " + settings.maxPatterns());
        }
        return new Patterns(lines.stream().map(Entry::of).toList(), settings.regexSteps());
    }

    @Override
    public Optional<String> get(String key) throws LookupException {
        var budget = new Budget(steps);
        for (var entry : entries) {
            try {
                if (entry.pattern().matcher(budget.over(key)).matches()) {
                    return Optional.of(entry.value());
                }
            } catch (SpentException e) {
                throw new LookupException(
                        "the pattern " + entry.pattern() + " takes more than regexSteps = " + steps + " for a key of "
                                + key.length() + " characters",
                        e);
            } catch (StackOverflowError e) {
                throw new LookupException("the pattern " + entry.pattern() + " goes too deep for a key of "
                        + key.length() + " characters");
            }
        }
        return Optional.empty();
    }

    private record Entry(Pattern pattern, String value) {

        static Entry of(Line line) {
            try {
                return new Entry(
                        Pattern.compile(line.key(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE), line.value());
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException(
                        "not a pattern: " + line.key() + " (" + e.getDescription() + ", position " + e.getIndex() + ")",
                        e);
            }
        }
    }

    /** What is left of the steps of one look-up. */
    private static final class Budget {

        private int left;

        Budget(int steps) {
            left = steps;
        }

        CharSequence over(String key) {
            return new Counted(key, 0, key.length());
        }

        private final class Counted implements CharSequence {

            private final String text;
            private final int start;
            private final int end;

            Counted(String text, int start, int end) {
                this.text = text;
                this.start = start;
                this.end = end;
            }

            @Override
            public int length() {
                return end - start;
            }

            @Override
            public char charAt(int index) {
                if (--left < 0) {
                    throw new SpentException();
                }
                return text.charAt(start + index);
            }

            @Override
            public CharSequence subSequence(int from, int to) {
                return new Counted(text, start + from, start + to);
            }

            @Override
            public String toString() {
                return text.substring(start, end);
            }
        }
    }

    /** Says that a look-up has used up its steps. */
    private static final class SpentException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SpentException() {
            super(null, null, false, false);
        }
    }
}
