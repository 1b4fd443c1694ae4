package org.tarishi.core.server;

import java.util.Optional;

/**
 * Completes the addresses of one unfolded header field (RFC 5322 section 3.4): {@code ann} becomes {@code ann@example.com}, and {@code
 * ann@host} {@code ann@host.example.com}. Display names, comments, groups, literals and what is not well formed stay as they are, to the
 * character.
 */
final class AddressCompletion {

    private final String text;
    private final String domain;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private boolean isChanged;

    AddressCompletion(String text, String domain) {
        this.text = text;
        this.domain = domain;
    }

    /** Returns the value with its addresses completed; nothing where there was nothing to complete, or it is no list of addresses. */
    Optional<String> completed() {
        while (at < text.length()) {
            if (!address()) {
                return Optional.empty();
            }
        }
        return isChanged ? Optional.of(out.toString()) : Optional.empty();
    }

    /** Copies one address, up to and with what ends it; false when it is none. */
    private boolean address() {
        int start = out.length();
        int wordEnd = -1;
        int words = 0;
        boolean hasAt = false;
        boolean isBracketed = false;
        boolean isBlankBehind = false;
        int lastDot = -1;
        int afterAt = -1;
        while (at < text.length()) {
            char c = text.charAt(at);
            switch (c) {
                case ',', ';' -> {
                    finish(isBracketed, words, hasAt, wordEnd, afterAt, lastDot);
                    take();
                    return true;
                }
                case ':' -> {
                    // The name of a group: what follows is the first address in it.
                    take();
                    return words > 0 && !hasAt && !isBracketed;
                }
                case '(' -> {
                    if (!comment()) {
                        return false;
                    }
                    isBlankBehind = true;
                }
                case '<' -> {
                    if (isBracketed || !bracketed()) {
                        return false;
                    }
                    isBracketed = true;
                }
                case '>' -> {
                    return false;
                }
                case ' ', '\t' -> {
                    take();
                    isBlankBehind = true;
                }
                case '"' -> {
                    if (!quoted()) {
                        return false;
                    }
                    words++;
                    wordEnd = out.length();
                    isBlankBehind = false;
                }
                case '[' -> {
                    if (!literal()) {
                        return false;
                    }
                    lastDot = out.length();
                    wordEnd = out.length();
                }
                default -> {
                    if (c == '@') {
                        hasAt = true;
                        afterAt = out.length() + 1;
                        isBlankBehind = false;
                    } else if (c == '.') {
                        lastDot = out.length();
                        isBlankBehind = false;
                    } else if (words == 0 || isBlankBehind || (afterAt == out.length() && hasAt)) {
                        words++;
                        isBlankBehind = false;
                    }
                    take();
                    wordEnd = out.length();
                }
            }
        }
        if (out.length() > start) {
            finish(isBracketed, words, hasAt, wordEnd, afterAt, lastDot);
        }
        return true;
    }

    /** An address without brackets ends here: it is one word, or a local part and a domain. */
    private void finish(boolean isBracketed, int words, boolean hasAt, int wordEnd, int afterAt, int lastDot) {
        if (isBracketed || wordEnd < 0) {
            return;
        }
        if (!hasAt && words == 1) {
            insert(wordEnd, "@" + domain);
        } else if (hasAt && words == 2 && lastDot < afterAt && wordEnd > afterAt) {
            insert(wordEnd, "." + domain);
        }
    }

    private void insert(int place, String more) {
        out.insert(place, more);
        isChanged = true;
    }

    /** Copies what stands in angle brackets, and completes it. */
    private boolean bracketed() {
        int close = at + 1;
        boolean isQuoted = false;
        while (close < text.length() && (isQuoted || text.charAt(close) != '>')) {
            char c = text.charAt(close);
            if (c == '\\') {
                close++;
            } else if (c == '"') {
                isQuoted = !isQuoted;
            }
            close++;
        }
        if (close >= text.length()) {
            return false;
        }
        var inner = text.substring(at + 1, close);
        var address = inner.strip();
        int sign = lastAt(address);
        var whole = address;
        if (address.isEmpty() || address.startsWith("@") || address.indexOf('(') >= 0) {
            // Nobody's address, a route, or a comment where none is expected.
            whole = address;
        } else if (sign < 0) {
            whole = address + "@" + domain;
        } else if (address.length() > sign + 1
                && address.indexOf('.', sign) < 0
                && address.charAt(sign + 1) != '['
                && address.indexOf(' ', sign) < 0) {
            whole = address + "." + domain;
        }
        if (whole.equals(address)) {
            out.append('<').append(inner).append('>');
        } else {
            out.append('<').append(whole).append('>');
            isChanged = true;
        }
        at = close + 1;
        return true;
    }

    /** The place of the sign between local part and domain; one in quotes is text. */
    private static int lastAt(String address) {
        int sign = address.lastIndexOf('@');
        return sign > address.lastIndexOf('"') ? sign : -1;
    }

    private boolean comment() {
        int depth = 0;
        while (at < text.length()) {
            char c = take();
            if (c == '\\' && at < text.length()) {
                take();
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean quoted() {
        take();
        while (at < text.length()) {
            char c = take();
            if (c == '\\' && at < text.length()) {
                take();
            } else if (c == '"') {
                return true;
            }
        }
        return false;
    }

    private boolean literal() {
        while (at < text.length()) {
            if (take() == ']') {
                return true;
            }
        }
        return false;
    }

    private char take() {
        char c = text.charAt(at++);
        out.append(c);
        return c;
    }
}
