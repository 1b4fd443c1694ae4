package org.tarishi.api;

import java.util.regex.Pattern;

/**
 * One result of an Authentication-Results field (RFC 8601 section 2.2): a method, what came out, and what was looked at.
 *
 * <p>Immutable; each method returns a new one. Text that a peer chose is quoted or escaped where it needs it.
 */
public final class AuthResult {

    private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9!#$%&'*+./=?^_`{|}~@-]{1,320}");

    private final String text;

    private AuthResult(String text) {
        this.text = text;
    }

    /**
     * Returns a result, such as {@code spf}, {@code pass}.
     *
     * @throws IllegalArgumentException when one of them is no keyword
     */
    public static AuthResult of(String method, String result) {
        return new AuthResult(keyword(method) + "=" + keyword(result));
    }

    /** Returns it with a comment in parentheses. */
    public AuthResult comment(String comment) {
        var out = new StringBuilder(text).append(" (");
        Text.escaped(comment).codePoints().forEach(c -> {
            if (c == '(' || c == ')' || c == '\\') {
                out.append('\\');
            }
            out.appendCodePoint(c);
        });
        return new AuthResult(out.append(')').toString());
    }

    /** Returns it with a reason. */
    public AuthResult reason(String reason) {
        return new AuthResult(text + " reason=" + quoted(reason));
    }

    /** Returns it with a property, such as {@code smtp}, {@code mailfrom}, {@code a@b.example}. */
    public AuthResult property(String type, String property, String value) {
        return new AuthResult(text + " " + keyword(type) + "." + keyword(property) + "=" + value(value));
    }

    private static String keyword(String word) {
        if (!KEYWORD.matcher(word).matches()) {
            throw new IllegalArgumentException("want a keyword: " + Text.escaped(word));
        }
        return word;
    }

    private static String value(String value) {
        return PLAIN.matcher(value).matches() ? value : quoted(value);
    }

    private static String quoted(String value) {
        return '"' + Text.escaped(value).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AuthResult r && text.equals(r.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the text of the field's part. */
    @Override
    public String toString() {
        return text;
    }
}
