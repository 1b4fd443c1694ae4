package org.tarishi.core.scheduler;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;

/**
 * One line of the table of limits.
 *
 * @param scope what it is about
 * @param pattern whom it is about
 * @param isShared whether all whom it is about share one limit; else each has one like it
 * @param concurrency the most attempts at once, {@link Integer#MAX_VALUE} for no limit
 * @param count the most attempts in a time, 0 for no limit
 * @param per that time
 */
record LimitRule(Scope scope, HostPattern pattern, boolean isShared, int concurrency, int count, Duration per) {

    private static final Pattern RATE = Pattern.compile("([0-9]{1,9})/([0-9]{0,6})([smhd])");
    private static final int MOST = 1_000_000;

    /** What a limit is about. */
    enum Scope {
        /** The server. */
        TOTAL,
        /** A destination's domain. */
        DOMAIN,
        /** A next hop, by name; known from the second attempt on. */
        HOST,
        /** A next hop, by address; known from the second attempt on. */
        ADDRESS,
        /** One of this host's addresses. */
        SOURCE,
        /** A pool of this host's addresses. */
        POOL,
        /** An address in MAIL. */
        SENDER,
        /** Who has logged in to send. */
        USER
    }

    /** Reads a line such as {@code domain *.example.net concurrency=10 rate=100/1m}. */
    static LimitRule parse(String key, String line) {
        var words = line.strip().split("\\s+", -1);
        if (words.length < 3) {
            throw new InvalidSettingException(
                    key, "want a scope, a pattern, and concurrency=NUMBER or rate=NUMBER/TIME: " + line);
        }
        var scope = scope(key, words[0]);
        boolean byAddress = scope == Scope.ADDRESS || scope == Scope.SOURCE;
        var pattern = HostPattern.parse(words[1].toLowerCase(Locale.ROOT), byAddress)
                .orElseThrow(() -> new InvalidSettingException(
                        key,
                        byAddress
                                ? "want *, an address, or a network such as 192.0.2.0/24: " + words[1]
                                : "want *, a name, or a name with one *: " + words[1]));
        boolean isShared = scope == Scope.TOTAL;
        int concurrency = Integer.MAX_VALUE;
        int count = 0;
        var per = Duration.ZERO;
        for (int i = 2; i < words.length; i++) {
            var word = words[i];
            if (word.equals("shared")) {
                isShared = true;
            } else if (word.startsWith("concurrency=")) {
                concurrency = number(key, word.substring("concurrency=".length()), line);
            } else if (word.startsWith("rate=")) {
                var match = RATE.matcher(word.substring("rate=".length()));
                if (!match.matches()) {
                    throw new InvalidSettingException(key, "want a rate such as rate=100/1m: " + word);
                }
                count = number(key, match.group(1), line);
                per = Duration.ofSeconds((match.group(2).isEmpty() ? 1 : number(key, match.group(2), line))
                        * switch (match.group(3)) {
                            case "s" -> 1L;
                            case "m" -> 60L;
                            case "h" -> 3600L;
                            default -> 86_400L;
                        });
            } else {
                throw new InvalidSettingException(key, "want shared, concurrency=NUMBER or rate=NUMBER/TIME: " + word);
            }
        }
        if (concurrency == Integer.MAX_VALUE && count == 0) {
            throw new InvalidSettingException(key, "limits nothing: " + line);
        }
        return new LimitRule(scope, pattern, isShared, concurrency, count, per);
    }

    private static Scope scope(String key, String word) {
        for (var scope : Scope.values()) {
            if (scope.name().toLowerCase(Locale.ROOT).equals(word)) {
                return scope;
            }
        }
        throw new InvalidSettingException(
                key, "want total, domain, host, address, source, pool, sender or user in front: " + word);
    }

    private static int number(String key, String text, String line) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new InvalidSettingException(key, "a number must be 1 to " + MOST + ": " + line);
    }

    /** Returns how long one attempt takes up of the rate, in nanoseconds; 0 where there is no rate. */
    long stepNanos() {
        return count == 0 ? 0 : Math.max(1, per.toNanos() / count);
    }

    /** Returns how far attempts may run ahead of an even spread: a tenth of the count. */
    long burstNanos() {
        return stepNanos() * Math.max(0, count / 10 - 1);
    }

    /** Returns whom a limit of this kind belongs to: everybody's together, or one's own. */
    String owner(String value) {
        return isShared ? "" : value;
    }

    /** Tells whether it is about a value, and how closely; the greatest number decides among several. */
    Optional<Integer> fit(String value) {
        return pattern.fit(value);
    }
}
