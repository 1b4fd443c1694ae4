package org.tarishi.plugin.authflatfile;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * Names and passwords in the one form of SASLprep (RFC 4013), so that what looks alike is alike whatever keyboard it came from, and so that
 * a SCRAM verifier is made of what the client will make its proof of.
 */
final class Prepared {

    private Prepared() {}

    /** Returns the form for comparing: mapped and normalised; what should not be there stays. */
    static String text(String text) {
        if (text.chars().allMatch(c -> c < 0x80)) {
            return text;
        }
        var mapped = new StringBuilder(text.length());
        text.codePoints().forEach(p -> {
            if (Character.getType(p) == Character.SPACE_SEPARATOR || p == 0x200b) {
                mapped.append(' '); // RFC 3454 table C.1.2
            } else if (!isMappedToNothing(p)) {
                mapped.appendCodePoint(p);
            }
        });
        return Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    }

    /** The same of a password. */
    static Password password(Password password) {
        if (password.isAscii()) {
            return password.copy();
        }
        // A text can't be wiped; this is the way to the only normaliser that there is, and short-lived.
        var chars = text(new String(password.chars())).toCharArray();
        try {
            return Password.of(chars);
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    /** Tells whether a prepared text has nothing in it that RFC 4013 sections 2.3 and 2.4 forbid in what is stored. */
    static boolean isFit(String prepared) {
        return isOneDirection(prepared)
                && prepared.codePoints().noneMatch(p -> switch (Character.getType(p)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.PRIVATE_USE,
                            Character.SURROGATE,
                            Character.UNASSIGNED -> true;
                    default -> (p >= 0xfff9 && p <= 0xfffd) || (p >= 0x2ff0 && p <= 0x2ffb);
                });
    }

    /** RFC 3454 section 6: what is written from right to left has no letter that is not, and begins and ends so. */
    private static boolean isOneDirection(String text) {
        if (text.codePoints().noneMatch(Prepared::isRightToLeft)) {
            return true;
        }
        return text.codePoints()
                        .noneMatch(p -> Character.getDirectionality(p) == Character.DIRECTIONALITY_LEFT_TO_RIGHT)
                && isRightToLeft(text.codePointAt(0))
                && isRightToLeft(text.codePointBefore(text.length()));
    }

    private static boolean isRightToLeft(int p) {
        byte direction = Character.getDirectionality(p);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }

    /** RFC 3454 table B.1. */
    private static boolean isMappedToNothing(int p) {
        return p == 0xad
                || p == 0x34f
                || p == 0x1806
                || (p >= 0x180b && p <= 0x180d)
                || p == 0x200c
                || p == 0x200d
                || p == 0x2060
                || (p >= 0xfe00 && p <= 0xfe0f)
                || p == 0xfeff;
    }
}
