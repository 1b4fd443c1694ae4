package org.tarishi.core.server;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/**
 * The argument of BDAT (RFC 3030 section 2): how many octets follow, whatever becomes of them.
 *
 * @param octets how many
 * @param isLast whether the message ends with them
 * @param objection what is wrong with the rest of the command, null for nothing
 */
record Chunk(long octets, boolean isLast, @Nullable Reply objection) {

    /** More digits than these are no number of octets that anybody sends. */
    private static final int MOST_DIGITS = 18;

    /** Reads the argument; null where it does not say how many octets follow. */
    static @Nullable Chunk parse(String argument) {
        int end = 0;
        while (end < argument.length() && argument.charAt(end) >= '0' && argument.charAt(end) <= '9') {
            end++;
        }
        if (end == 0 || end > MOST_DIGITS || (end < argument.length() && argument.charAt(end) != ' ')) {
            return null;
        }
        var rest = argument.substring(end).strip();
        boolean isLast = rest.equalsIgnoreCase("LAST");
        return new Chunk(
                Long.parseLong(argument.substring(0, end)),
                isLast,
                isLast || rest.isEmpty() ? null : Replies.badArgument("want BDAT octets, or BDAT octets LAST"));
    }

    /** Tells whether a line that can't be read as a command may have announced octets that are none. */
    static boolean isAnnounced(byte[] line, int from, int to) {
        int at = from;
        while (at < to && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        return at + 4 <= to
                && (line[at] | 0x20) == 'b'
                && (line[at + 1] | 0x20) == 'd'
                && (line[at + 2] | 0x20) == 'a'
                && (line[at + 3] | 0x20) == 't';
    }
}
