package org.tarishi.core.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;

/**
 * A domain's policy (RFC 8461 section 3.2).
 *
 * @param mode how far it is meant
 * @param patterns the names of its mail exchangers, in lower case; one that begins with {@code *.} stands for one more label
 * @param maxAge how long it holds
 */
record StsPolicy(Mode mode, List<String> patterns, Duration maxAge) {

    private static final long LONGEST_SECONDS = 31_557_600;
    private static final int MOST_PATTERNS = 200;

    /** How far it is meant. */
    enum Mode {
        /** Hosts that don't fit get no mail. */
        ENFORCE,
        /** Failures are reported alone. */
        TESTING,
        /** There is none any more. */
        NONE
    }

    StsPolicy {
        patterns = List.copyOf(patterns);
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none, with the reason
     */
    static StsPolicy parse(String text) {
        var fields = new HashMap<String, String>();
        var patterns = new ArrayList<String>();
        for (var line : text.split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                if (line.isBlank()) {
                    continue;
                }
                throw new IllegalArgumentException("a line without a colon");
            }
            var key = line.substring(0, colon).strip();
            var value = line.substring(colon + 1).strip();
            if (key.equals("mx")) {
                patterns.add(value.toLowerCase(Locale.ROOT));
            } else {
                // Section 3.2: of several the first counts.
                fields.putIfAbsent(key, value);
            }
        }
        if (!"STSv1".equals(fields.get("version"))) {
            throw new IllegalArgumentException("its version is not STSv1");
        }
        var mode = switch (fields.getOrDefault("mode", "")) {
            case "enforce" -> Mode.ENFORCE;
            case "testing" -> Mode.TESTING;
            case "none" -> Mode.NONE;
            default -> throw new IllegalArgumentException("its mode is none of enforce, testing, none");
        };
        if (patterns.size() > MOST_PATTERNS || (patterns.isEmpty() && mode != Mode.NONE)) {
            throw new IllegalArgumentException("it names " + patterns.size() + " mail exchangers");
        }
        return new StsPolicy(mode, patterns, maxAge(fields.getOrDefault("max_age", "")));
    }

    private static Duration maxAge(String digits) {
        if (digits.isEmpty() || digits.length() > 10 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("its max_age is no number");
        }
        return Duration.ofSeconds(Math.min(Long.parseLong(digits), LONGEST_SECONDS));
    }

    /** Returns its lines, as it could have been read. */
    List<String> lines() {
        var lines =
                new ArrayList<>(List.of("version: STSv1", "mode: " + mode.name().toLowerCase(Locale.ROOT)));
        patterns.forEach(pattern -> lines.add("mx: " + pattern));
        lines.add("max_age: " + maxAge.toSeconds());
        return lines;
    }

    /** Tells whether a host is one of the domain's mail exchangers (section 4.1). */
    boolean allows(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return patterns.stream()
                .anyMatch(pattern -> pattern.startsWith("*.")
                        ? dot > 0 && name.substring(dot).equals(pattern.substring(1))
                        : name.equals(pattern));
    }
}
