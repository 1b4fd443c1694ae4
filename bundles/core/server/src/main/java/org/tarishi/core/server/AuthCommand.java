package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An AUTH command (RFC 4954 section 4), read from bytes: what it may hold is never a String, which nobody could wipe. */
final class AuthCommand {

    private static final byte[] VERB = {'A', 'U', 'T', 'H'};

    /** RFC 4422 section 3.1. */
    private static final int LONGEST_NAME = 20;

    private final String mechanism;
    private final @Nullable Secret initial;

    private AuthCommand(String mechanism, byte @Nullable [] initial) {
        this.mechanism = mechanism;
        this.initial = initial == null ? null : new Secret(initial);
    }

    /** Returns the mechanism's name, in upper case. */
    String mechanism() {
        return mechanism;
    }

    /** Returns the initial response, decoded, if there is one. */
    Optional<Secret> initial() {
        return Optional.ofNullable(initial);
    }

    /** Tells whether a command line, without its CRLF, is AUTH. */
    static boolean isOne(byte[] line) {
        return startsWithVerb(line, 0) && (line.length == VERB.length || isBlank(line[VERB.length]));
    }

    /** Tells whether a line may be meant as AUTH, so that what stands in it is nobody's business. */
    static boolean looksLikeOne(byte[] line) {
        int at = 0;
        while (at < line.length && !isLetter(line[at])) {
            at++;
        }
        return startsWithVerb(line, at);
    }

    private static boolean startsWithVerb(byte[] line, int at) {
        if (line.length - at < VERB.length) {
            return false;
        }
        for (int i = 0; i < VERB.length; i++) {
            if ((line[at + i] & ~0x20) != VERB[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(byte b) {
        int upper = b & ~0x20;
        return upper >= 'A' && upper <= 'Z';
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /**
     * Reads a command line that {@link #isOne}.
     *
     * @param longest the most octets of it, with its CRLF
     * @throws Objection when it is none
     */
    static AuthCommand read(byte[] line, int longest) throws Objection {
        if (line.length + 2 > longest) {
            throw new Objection(AuthReplies.TOO_LONG);
        }
        int at = skipBlanks(line, VERB.length);
        int end = wordEnd(line, at);
        var name = new String(line, at, Math.min(end - at, LONGEST_NAME + 1), StandardCharsets.ISO_8859_1)
                .toUpperCase(Locale.ROOT);
        if (name.isEmpty()) {
            throw new Objection(AuthReplies.NO_MECHANISM);
        }
        if (!name.matches("[A-Z0-9_-]{1," + LONGEST_NAME + "}")) {
            throw new Objection(AuthReplies.UNKNOWN_MECHANISM);
        }
        int start = skipBlanks(line, end);
        int stop = wordEnd(line, start);
        if (skipBlanks(line, stop) < line.length) {
            throw new Objection(AuthReplies.TOO_MANY_WORDS);
        }
        if (start == stop) {
            return new AuthCommand(name, null);
        }
        if (stop - start == 1 && line[start] == '=') {
            // RFC 4954 section 4: an initial response of no octets.
            return new AuthCommand(name, new byte[0]);
        }
        if (stop - start == 1 && line[start] == '*') {
            throw new Objection(AuthReplies.CANCELLED);
        }
        return new AuthCommand(name, decode(line, start, stop));
    }

    /**
     * Reads a response (RFC 4954 section 4), a line without its CRLF.
     *
     * @throws Objection when it is none, or cancels the exchange
     */
    static Secret response(byte[] line, int longest) throws Objection {
        if (line.length + 2 > longest) {
            throw new Objection(AuthReplies.TOO_LONG);
        }
        if (line.length == 1 && line[0] == '*') {
            throw new Objection(AuthReplies.CANCELLED);
        }
        return new Secret(decode(line, 0, line.length));
    }

    private static byte[] decode(byte[] line, int start, int stop) throws Objection {
        // RFC 4648 section 4: whole groups, with their padding.
        if ((stop - start) % 4 != 0) {
            throw new Objection(AuthReplies.BAD_BASE64);
        }
        var room = new byte[(stop - start) / 4 * 3];
        try {
            var encoded = Arrays.copyOfRange(line, start, stop);
            try {
                int length = Base64.getDecoder().decode(encoded, room);
                return Arrays.copyOf(room, length);
            } finally {
                Arrays.fill(encoded, (byte) 0);
            }
        } catch (IllegalArgumentException e) {
            throw new Objection(AuthReplies.BAD_BASE64);
        } finally {
            Arrays.fill(room, (byte) 0);
        }
    }

    private static int skipBlanks(byte[] line, int from) {
        int at = from;
        while (at < line.length && isBlank(line[at])) {
            at++;
        }
        return at;
    }

    private static int wordEnd(byte[] line, int from) {
        int at = from;
        while (at < line.length && !isBlank(line[at])) {
            at++;
        }
        return at;
    }

    /** Tells the mechanism alone. */
    @Override
    public String toString() {
        return "AUTH " + mechanism + (initial == null ? "" : " " + initial);
    }
}
