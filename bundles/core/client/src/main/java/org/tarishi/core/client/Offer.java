package org.tarishi.core.client;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a peer offered in its reply to EHLO or LHLO (RFC 5321 section 4.1.1.1). Immutable. */
final class Offer {

    /** What HELO offers. */
    static final Offer NOTHING = new Offer(Map.of());

    private final Map<String, String> words;

    private Offer(Map<String, String> words) {
        this.words = words;
    }

    /** Reads the lines of the reply; the first is a greeting. */
    static Offer of(List<String> lines) {
        var words = new HashMap<String, String>();
        for (var line : lines.subList(1, lines.size())) {
            // "AUTH=LOGIN" is how some servers said it before RFC 2554 was finished.
            var parts = line.strip().split("[ =]", 2);
            words.merge(
                    parts[0].toUpperCase(Locale.ROOT),
                    parts.length < 2 ? "" : parts[1].strip().toUpperCase(Locale.ROOT),
                    (one, other) -> one + " " + other);
        }
        return new Offer(Map.copyOf(words));
    }

    /** Tells whether an extension is offered. */
    boolean has(String extension) {
        return words.containsKey(extension);
    }

    /** Returns the most bytes of a message, {@link Long#MAX_VALUE} where the peer does not tell (RFC 1870 section 4: 0 tells nothing). */
    long mostBytes() {
        long most = number(words.getOrDefault("SIZE", ""));
        return most == 0 ? Long.MAX_VALUE : most;
    }

    /** Returns the most messages over a connection, {@link Long#MAX_VALUE} where the peer does not tell (RFC 9422 section 4.1). */
    long mostMessages() {
        for (var limit : words.getOrDefault("LIMITS", "").split(" ", -1)) {
            if (limit.startsWith("MAILMAX=")) {
                long most = number(limit.substring(8));
                return most == 0 ? Long.MAX_VALUE : most;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Returns the mechanisms that AUTH offers (RFC 4954 section 3). */
    Set<String> mechanisms() {
        return Arrays.stream(words.getOrDefault("AUTH", "").split(" ", -1))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Returns a number, 0 where a peer said something else, or one that nobody has so many bytes for. */
    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return Long.parseLong(digits);
    }
}
