package org.tarishi.core.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A command line without its CRLF.
 *
 * @param text all of it
 * @param verb what stands before the first blank, as it was written
 * @param argument what stands behind it, outer blanks gone
 */
record Line(String text, String verb, String argument) {

    /**
     * Reads a line.
     *
     * @param utf8 whether the client may send more than ASCII (RFC 6531: after EHLO, when SMTPUTF8 is offered)
     * @throws Objection when a byte may not be there
     */
    static Line read(byte[] bytes, boolean utf8) throws Objection {
        int end = bytes.length;
        // RFC 5321 section 4.1.1: trailing white space should be tolerated.
        while (end > 0 && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t')) {
            end--;
        }
        boolean ascii = true;
        for (int i = 0; i < end; i++) {
            byte b = bytes[i];
            if (b < 0) {
                ascii = false;
            } else if (b < 0x20 || b == 0x7f) {
                throw new Objection(Replies.CONTROL_CHARACTER);
            }
        }
        if (ascii) {
            return of(new String(bytes, 0, end, StandardCharsets.ISO_8859_1));
        }
        if (!utf8) {
            throw new Objection(Replies.NO_EIGHT_BIT);
        }
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, end))
                    .toString();
            if (hasControl(text)) {
                throw new Objection(Replies.CONTROL_CHARACTER);
            }
            return of(text);
        } catch (CharacterCodingException e) {
            throw new Objection(Replies.NO_UTF8);
        }
    }

    /** C1 controls and line separators, which more than one byte may stand for. */
    private static boolean hasControl(String text) {
        return text.chars().anyMatch(c -> (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029);
    }

    private static Line of(String text) {
        int blank = text.indexOf(' ');
        if (blank < 0) {
            return new Line(text, text, "");
        }
        int start = blank;
        while (start < text.length() && text.charAt(start) == ' ') {
            start++;
        }
        return new Line(text, text.substring(0, blank), text.substring(start));
    }
}
