package org.tarishi.api;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An SMTP reply (RFC 5321 section 4.2): a code, an enhanced status where one fits (RFC 2034), one or more lines of text.
 *
 * <p>A reply can't hold a line break, a control character or a code that SMTP does not know, so it can't forge another one. Text
 * may hold UTF-8; the core writes it only to clients that may be sent it, and replaces it by {@code ?} for others.
 *
 * @param code 200 to 599
 * @param status the enhanced status, of the code's class; absent on replies that carry none, such as 220, 354 and 334
 * @param lines the text, at least one line, each at most 500 octets in UTF-8
 */
public record Reply(int code, @Nullable EnhancedStatus status, List<String> lines) {

    /** RFC 5321 section 4.5.3.1.5 allows 512 octets with code, separator and CRLF. */
    private static final int LINE_LIMIT = 500;

    private static final int MOST_LINES = 100;

    /** Checks every part; see the type. */
    public Reply {
        lines = List.copyOf(lines);
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("code must be 200 to 599: " + code);
        }
        if (status != null && status.statusClass() != code / 100) {
            throw new IllegalArgumentException("status " + status + " is not of the class of " + code);
        }
        if (lines.isEmpty() || lines.size() > MOST_LINES) {
            throw new IllegalArgumentException("a reply has 1 to " + MOST_LINES + " lines: " + lines.size());
        }
        for (var line : lines) {
            if (line.length() > LINE_LIMIT || utf8Length(line) > LINE_LIMIT) {
                throw new IllegalArgumentException("a line has at most " + LINE_LIMIT + " octets: " + line.length());
            }
            if (!Text.escaped(line).equals(line)) {
                throw new IllegalArgumentException("control character in a reply: " + Text.escaped(line));
            }
        }
    }

    /** Returns a reply without an enhanced status. */
    public static Reply of(int code, String... lines) {
        return new Reply(code, null, List.of(lines));
    }

    /**
     * Returns a reply with an enhanced status such as {@code "5.7.1"}.
     *
     * @throws IllegalArgumentException when code, status or a line can't be
     */
    public static Reply of(int code, EnhancedStatus status, String... lines) {
        return new Reply(code, status, List.of(lines));
    }

    /** Returns the enhanced status, if there is one. */
    public Optional<EnhancedStatus> enhanced() {
        return Optional.ofNullable(status);
    }

    /** Tells whether the code is 2yz. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** Tells whether the code is 4yz. */
    public boolean isTransient() {
        return code / 100 == 4;
    }

    /** Tells whether the code is 5yz. */
    public boolean isPermanent() {
        return code / 100 == 5;
    }

    /** Returns the lines joined by a blank, for logs. */
    public String text() {
        return String.join(" ", lines);
    }

    @Override
    public String toString() {
        return code + (status == null ? "" : " " + status) + " " + text();
    }

    private static int utf8Length(String line) {
        int length = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }
}
