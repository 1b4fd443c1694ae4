package org.tarishi.api;

import java.text.Normalizer;
import java.util.Locale;

/**
 * A domain name, checked, in both its forms (RFC 5321 section 2.3.5, RFC 5890 section 2.3.2.1).
 *
 * <p>Two domains are equal when their A-labels are. A U-label must be in its stable form, lower case and NFC, or one step from it; what
 * people type may need more (UTS 46), and the service {@link org.tarishi.api.service.Idn} does that.
 */
public final class Domain implements MailHost {

    private static final int LONGEST = 255;
    private static final int LONGEST_LABEL = 63;
    private static final String ACE = "xn--";

    private final String ascii;
    private final String unicode;

    private Domain(String ascii, String unicode) {
        this.ascii = ascii;
        this.unicode = unicode;
    }

    /**
     * Reads a domain as it stands in a command: labels of letters, digits and hyphens, or U-labels.
     *
     * @throws AddressSyntaxException when it is none; the position is that of the offending label's character
     */
    public static Domain parse(String text) {
        if (text.isEmpty()) {
            throw new AddressSyntaxException("domain missing", 0);
        }
        if (text.length() > LONGEST) {
            throw new AddressSyntaxException("domain longer than " + LONGEST + " octets", LONGEST);
        }
        var ascii = new StringBuilder(text.length() + 8);
        var unicode = new StringBuilder(text.length());
        int start = 0;
        while (true) {
            int dot = text.indexOf('.', start);
            int end = dot < 0 ? text.length() : dot;
            label(text, start, end, ascii, unicode);
            if (dot < 0) {
                break;
            }
            ascii.append('.');
            unicode.append('.');
            start = dot + 1;
        }
        if (ascii.length() > LONGEST) {
            throw new AddressSyntaxException("domain longer than " + LONGEST + " octets", LONGEST);
        }
        return new Domain(ascii.toString(), unicode.toString());
    }

    private static void label(String text, int start, int end, StringBuilder ascii, StringBuilder unicode) {
        if (start == end) {
            throw new AddressSyntaxException("empty label in domain", start);
        }
        boolean plain = true;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                plain = false;
            } else if (!isLetterDigitHyphen(c)) {
                throw new AddressSyntaxException("character not allowed in a domain", i);
            }
        }
        if (isHyphenated(text, start, end)) {
            throw new AddressSyntaxException("label begins or ends with a hyphen", start);
        }
        var lower = text.substring(start, end).toLowerCase(Locale.ROOT);
        String a;
        String u;
        if (plain) {
            a = lower;
            u = lower.startsWith(ACE) ? unicodeOf(lower) : lower;
        } else {
            u = stable(text.substring(start, end));
            check(u, start);
            try {
                a = ACE + Punycode.encode(u);
            } catch (IllegalArgumentException e) {
                throw new AddressSyntaxException("label longer than " + LONGEST_LABEL + " octets", start);
            }
        }
        if (a.length() > LONGEST_LABEL) {
            throw new AddressSyntaxException("label longer than " + LONGEST_LABEL + " octets", start + LONGEST_LABEL);
        }
        ascii.append(a);
        unicode.append(u);
    }

    /** What an A-label says, or the A-label itself where that is nothing that may be shown (RFC 5891 section 4.2). */
    private static String unicodeOf(String ace) {
        try {
            var u = Punycode.decode(ace.substring(ACE.length()));
            check(u, 0);
            boolean isLabel = !isHyphenated(u, 0, u.length()) && stable(u).equals(u);
            return isLabel && (ACE + Punycode.encode(u)).equals(ace) ? u : ace;
        } catch (IllegalArgumentException e) {
            return ace;
        }
    }

    private static boolean isHyphenated(String text, int start, int end) {
        return start < end && (text.charAt(start) == '-' || text.charAt(end - 1) == '-');
    }

    /** RFC 5891 section 5.3: what is not lower case and NFC would be another name when it is read again. */
    private static String stable(String label) {
        return Normalizer.normalize(label.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
    }

    /** Letters, marks and digits, and the few joiners that RFC 5892 knows; no symbols, spaces or controls. */
    private static void check(String label, int at) {
        label.codePoints().forEach(p -> {
            boolean fits = Character.isLetterOrDigit(p)
                    || switch (Character.getType(p)) {
                        case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
                        default -> p == '-' || p == 0xb7 || p == 0x200c || p == 0x200d || p == 0x30fb;
                    };
            if (!fits) {
                throw new AddressSyntaxException("character not allowed in a domain", at);
            }
        });
    }

    private static boolean isLetterDigitHyphen(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }

    @Override
    public String ascii() {
        return ascii;
    }

    @Override
    public String unicode() {
        return unicode;
    }

    /** Tells whether this is the other domain or below it. */
    public boolean isWithin(Domain other) {
        return ascii.equals(other.ascii) || ascii.endsWith("." + other.ascii);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Domain d && ascii.equals(d.ascii);
    }

    @Override
    public int hashCode() {
        return ascii.hashCode();
    }

    @Override
    public String toString() {
        return ascii;
    }
}
