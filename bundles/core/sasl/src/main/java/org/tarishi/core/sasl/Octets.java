package org.tarishi.core.sasl;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Octets and characters that may be secret: they are not left behind in copies that nobody wipes. */
final class Octets {

    private Octets() {}

    /** Returns the characters of a part that is UTF-8; nothing where it is not. */
    static Optional<char[]> chars(byte[] octets, int from, int to) {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var room = CharBuffer.allocate(to - from);
        try {
            var result = decoder.decode(ByteBuffer.wrap(octets, from, to - from), room, true);
            if (result.isError()) {
                return Optional.empty();
            }
            return Optional.of(Arrays.copyOf(room.array(), room.position()));
        } finally {
            wipe(room.array());
        }
    }

    /** Returns a part as text; nothing where it is not UTF-8. For what is no secret. */
    static Optional<String> text(byte[] octets, int from, int to) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, from, to - from))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static Optional<String> text(byte[] octets) {
        return text(octets, 0, octets.length);
    }

    /** Returns characters in UTF-8. */
    static byte[] utf8(char[] chars) {
        // a character has up to three octets; one of two halves has four
        var room = ByteBuffer.allocate(3 * chars.length);
        try {
            StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .encode(CharBuffer.wrap(chars), room, true);
            return Arrays.copyOf(room.array(), room.position());
        } finally {
            wipe(room.array());
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the place of an octet from a place on, -1 where there is none. */
    static int indexOf(byte[] octets, int wanted, int from) {
        for (int i = from; i < octets.length; i++) {
            if (octets[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    static void wipe(byte[] octets) {
        Arrays.fill(octets, (byte) 0);
    }

    static void wipe(char[] chars) {
        Arrays.fill(chars, '\0');
    }
}
