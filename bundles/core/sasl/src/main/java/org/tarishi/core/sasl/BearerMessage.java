package org.tarishi.core.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a client says in OAUTHBEARER and XOAUTH2: who it is, and a token. */
final class BearerMessage {

    /** Ends each pair of key and value (RFC 7628 section 3.1). */
    static final int END = 1;

    private static final byte[] BEARER = Octets.utf8("bearer ");

    private final String user;
    private final char[] token;

    private BearerMessage(String user, char[] token) {
        this.user = user;
        this.token = token;
    }

    /** Returns who the client says it is, empty where it says nothing. */
    String user() {
        return user;
    }

    /** Returns the token itself, to be wiped. */
    char[] token() {
        return token;
    }

    /**
     * Reads the pairs of a message, up to the empty one that ends it; nothing where they are none, or no token is among them.
     *
     * @param from where the first pair begins
     */
    static Optional<BearerMessage> read(String user, byte[] octets, int from) {
        int at = from;
        char[] token = null;
        while (at < octets.length && octets[at] != END) {
            int end = Octets.indexOf(octets, END, at);
            int equals = Octets.indexOf(octets, '=', at);
            if (end < 0 || equals < 0 || equals > end) {
                return none(token);
            }
            if (isKey(octets, at, equals, "auth")) {
                if (token != null || !isBearer(octets, equals + 1, end)) {
                    return none(token);
                }
                token = chars(octets, equals + 1 + BEARER.length, end);
            }
            at = end + 1;
        }
        // the empty pair, and nothing behind it
        return token == null || token.length == 0 || at != octets.length - 1
                ? none(token)
                : Optional.of(new BearerMessage(user, token));
    }

    private static Optional<BearerMessage> none(char @Nullable [] token) {
        if (token != null) {
            Octets.wipe(token);
        }
        return Optional.empty();
    }

    static boolean isKey(byte[] octets, int from, int to, String key) {
        return new String(octets, from, to - from, StandardCharsets.ISO_8859_1).equalsIgnoreCase(key);
    }

    /** Tells whether a value is a bearer token (RFC 6750 section 2.1), by its scheme and its characters. */
    private static boolean isBearer(byte[] octets, int from, int to) {
        if (to - from <= BEARER.length) {
            return false;
        }
        for (int i = 0; i < BEARER.length; i++) {
            byte b = octets[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + 0x20 : b) != BEARER[i]) {
                return false;
            }
        }
        for (int i = from + BEARER.length; i < to; i++) {
            if (octets[i] <= 0x20 || octets[i] == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static char[] chars(byte[] octets, int from, int to) {
        var chars = new char[to - from];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (octets[from + i] & 0xff);
        }
        return chars;
    }

    @Override
    public String toString() {
        return "bearer token (hidden)";
    }
}
