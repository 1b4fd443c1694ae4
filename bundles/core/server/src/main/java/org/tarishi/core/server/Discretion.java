package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tarishi.api.ListenerMode;

/**
 * Knows which of a client's lines may hold a password, so that neither log nor plugin sees them; one of a session.
 *
 * <p>Behind an AUTH that was refused some clients send what they would have answered, as if it had not been: until a command that is
 * known, what is none may be a secret too.
 */
final class Discretion {

    private static final byte[] HIDDEN = "(hidden)".getBytes(StandardCharsets.US_ASCII);

    private final List<String> mechanisms;
    private boolean isWary;
    private boolean hasHidden;

    /** Makes one that takes no other word for the name of a mechanism than these. */
    Discretion(List<String> mechanisms) {
        this.mechanisms = mechanisms;
    }

    /** Returns what may be shown of a line: itself where nothing in it can be a secret. */
    byte[] shown(State state, byte[] line, ListenerMode mode) {
        hasHidden = true;
        if (state instanceof State.Authenticating) {
            isWary = true;
            return HIDDEN;
        }
        if (AuthCommand.looksLikeOne(line)) {
            isWary = true;
            return withoutResponse(line);
        }
        if (isWary && line.length > 0) {
            if (!isKnown(line, mode)) {
                return HIDDEN;
            }
            isWary = false;
        }
        hasHidden = false;
        return line;
    }

    /** Whether the last line may hold a secret, so that it has to be wiped. */
    boolean hasHidden() {
        return hasHidden;
    }

    /** Whether what is no command may be a secret. */
    boolean isWary() {
        return isWary;
    }

    private static boolean isKnown(byte[] line, ListenerMode mode) {
        int end = 0;
        while (end < line.length && line[end] != ' ') {
            end++;
        }
        return Verb.of(new String(line, 0, end, StandardCharsets.ISO_8859_1), mode)
                .isPresent();
    }

    /** The verb and the mechanism; a line that is written otherwise shows nothing. */
    private byte[] withoutResponse(byte[] line) {
        if (!AuthCommand.isOne(line)) {
            return HIDDEN;
        }
        int at = 4;
        while (at < line.length && line[at] == ' ') {
            at++;
        }
        int name = at;
        while (at < line.length && line[at] != ' ') {
            at++;
        }
        var word = new String(line, name, at - name, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
        if (!mechanisms.contains(word)) {
            return HIDDEN;
        }
        if (at == line.length) {
            return line.clone();
        }
        var shown = Arrays.copyOf(line, at + 1 + HIDDEN.length);
        shown[at] = ' ';
        System.arraycopy(HIDDEN, 0, shown, at + 1, HIDDEN.length);
        return shown;
    }
}
