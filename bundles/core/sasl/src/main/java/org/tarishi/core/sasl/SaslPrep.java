package org.tarishi.core.sasl;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Optional;

/**
 * SASLprep (RFC 4013), the profile of stringprep (RFC 3454) for names and passwords: what looks the same comes out the same. Code points
 * that Unicode 3.2 did not have are allowed, as for queries (RFC 3454 section 7).
 */
final class SaslPrep {

    private SaslPrep() {}

    /** Returns the prepared form of a name; nothing where it holds what it may not, or is empty then. */
    static Optional<String> name(String text) {
        return prepared(text).filter(name -> !name.isEmpty());
    }

    /**
     * Returns the prepared form of a password, a new array; nothing where it holds what it may not, or is empty then.
     *
     * <p>One beyond ASCII is a String for a moment, which nobody can wipe: the JDK normalizes nothing else.
     */
    static Optional<char[]> password(char[] password) {
        if (password.length == 0) {
            return Optional.empty();
        }
        if (isPlainAscii(password)) {
            return Optional.of(password.clone());
        }
        return prepared(new String(password)).filter(text -> !text.isEmpty()).map(String::toCharArray);
    }

    private static boolean isPlainAscii(char[] text) {
        for (char c : text) {
            if (c < 0x20 || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> prepared(String text) {
        if (isPlainAscii(text.toCharArray())) {
            return Optional.of(text);
        }
        var mapped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isSpace(c)) {
                mapped.append(' ');
            } else if (!isNothing(c)) {
                mapped.appendCodePoint(c);
            }
        });
        var normal = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        var points = normal.codePoints().toArray();
        return Arrays.stream(points).noneMatch(SaslPrep::isProhibited) && isOneWay(points)
                ? Optional.of(normal)
                : Optional.empty();
    }

    /** RFC 3454 table C.1.2, spaces beyond ASCII. */
    private static boolean isSpace(int c) {
        return c == 0xa0 || c == 0x1680 || within(c, 0x2000, 0x200b) || c == 0x202f || c == 0x205f || c == 0x3000;
    }

    /** RFC 3454 table B.1, commonly mapped to nothing. */
    private static boolean isNothing(int c) {
        return c == 0xad
                || c == 0x34f
                || c == 0x1806
                || within(c, 0x180b, 0x180d)
                || within(c, 0x200b, 0x200d)
                || c == 0x2060
                || within(c, 0xfe00, 0xfe0f)
                || c == 0xfeff;
    }

    /** RFC 4013 section 2.3. */
    private static boolean isProhibited(int c) {
        return isSpace(c)
                || isControl(c)
                || isPrivateOrNone(c)
                // C.6 and C.7: inappropriate for plain text, or for canonical representation
                || within(c, 0xfff9, 0xfffd)
                || within(c, 0x2ff0, 0x2ffb)
                // C.8: change display properties, or deprecated
                || c == 0x340
                || c == 0x341
                || c == 0x200e
                || c == 0x200f
                || within(c, 0x202a, 0x202e)
                // C.9: tagging
                || c == 0xe0001
                || within(c, 0xe0020, 0xe007f);
    }

    /** RFC 3454 tables C.2.1 and C.2.2. */
    private static boolean isControl(int c) {
        return c < 0x20
                || within(c, 0x7f, 0x9f)
                || c == 0x6dd
                || c == 0x70f
                || c == 0x180e
                || c == 0x200c
                || c == 0x200d
                || c == 0x2028
                || c == 0x2029
                || within(c, 0x2060, 0x2063)
                || within(c, 0x206a, 0x206f)
                || c == 0xfeff
                || within(c, 0x1d173, 0x1d17a);
    }

    /** RFC 3454 tables C.3, C.4 and C.5: private use, non-characters, surrogates. */
    private static boolean isPrivateOrNone(int c) {
        return within(c, 0xd800, 0xf8ff)
                || within(c, 0xf0000, 0xffffd)
                || within(c, 0x100000, 0x10fffd)
                || within(c, 0xfdd0, 0xfdef)
                || (c & 0xfffe) == 0xfffe;
    }

    /** RFC 3454 section 6: what is written from right to left begins and ends so, and holds nothing that is not. */
    private static boolean isOneWay(int[] points) {
        boolean hasRight = Arrays.stream(points).anyMatch(SaslPrep::isRight);
        return !hasRight
                || (isRight(points[0])
                        && isRight(points[points.length - 1])
                        && Arrays.stream(points)
                                .noneMatch(
                                        c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT));
    }

    private static boolean isRight(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }

    private static boolean within(int c, int first, int last) {
        return c >= first && c <= last;
    }
}
