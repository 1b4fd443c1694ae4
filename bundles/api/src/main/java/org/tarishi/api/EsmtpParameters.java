package org.tarishi.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The parameters behind the path of MAIL or RCPT (RFC 5321 section 4.1.2), in the order they came.
 *
 * <p>Keywords are compared without regard to case. A keyword comes once; the core refuses a command that repeats one.
 */
public final class EsmtpParameters {

    /** No parameters. */
    public static final EsmtpParameters NONE = new EsmtpParameters(Map.of());

    private final Map<String, String> byKeyword;

    private EsmtpParameters(Map<String, String> byKeyword) {
        this.byKeyword = byKeyword;
    }

    /**
     * Returns these parameters; a keyword without a value has the empty string.
     *
     * @throws IllegalArgumentException when a keyword or value is none of RFC 5321, or a keyword repeats
     */
    public static EsmtpParameters of(Map<String, String> parameters) {
        if (parameters.isEmpty()) {
            return NONE;
        }
        var copy = new LinkedHashMap<String, String>();
        parameters.forEach((keyword, value) -> {
            if (!isKeyword(keyword)) {
                throw new IllegalArgumentException("no keyword: " + Text.escaped(keyword));
            }
            if (!isValue(value)) {
                throw new IllegalArgumentException("no value of " + keyword + ": " + Text.escaped(value));
            }
            if (copy.put(keyword.toUpperCase(Locale.ROOT), value) != null) {
                throw new IllegalArgumentException("keyword repeated: " + keyword);
            }
        });
        return new EsmtpParameters(Collections.unmodifiableMap(copy));
    }

    /** Tells whether a text is an esmtp-keyword. */
    public static boolean isKeyword(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && (i == 0 || c != '-')) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Tells whether a text is an esmtp-value, or empty; RFC 6531 section 3.3 lets it hold characters beyond ASCII. */
    public static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '=' || (c >= 0x7f && c < 0xa0) || c == '\u2028' || c == '\u2029') {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a keyword was given. */
    public boolean has(String keyword) {
        return byKeyword.containsKey(keyword.toUpperCase(Locale.ROOT));
    }

    /** Returns the value of a keyword: empty text where it had none, nothing where the keyword was not given. */
    public Optional<String> value(String keyword) {
        return Optional.ofNullable(byKeyword.get(keyword.toUpperCase(Locale.ROOT)));
    }

    /** Returns all, keywords in upper case, in the order they came. */
    public Map<String, String> asMap() {
        return byKeyword;
    }

    /** Tells whether there are none. */
    public boolean isEmpty() {
        return byKeyword.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EsmtpParameters p && byKeyword.equals(p.byKeyword);
    }

    @Override
    public int hashCode() {
        return byKeyword.hashCode();
    }

    /** Returns the parameters as they stand in a command. */
    @Override
    public String toString() {
        return byKeyword.entrySet().stream()
                .map(e -> e.getValue().isEmpty() ? e.getKey() : e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
    }
}
