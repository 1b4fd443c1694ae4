package org.tarishi.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** The encoding of the values of ENVID and ORCPT (RFC 3461 section 4). */
public final class Xtext {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Xtext() {}

    /** Returns a text as it stands in a parameter: UTF-8, with all but the harmless characters of ASCII as {@code +XX}. */
    public static String encode(String text) {
        var out = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && b != '+' && b != '=') {
                out.append((char) b);
            } else {
                out.append('+');
                HEX.toHexDigits(out, b);
            }
        }
        return out.toString();
    }

    /** Returns the text that stands in a parameter; nothing where it is none, or no UTF-8. */
    public static Optional<String> decode(String xtext) {
        var out = new ByteArrayOutputStream(xtext.length());
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+') {
                if (i + 2 >= xtext.length()) {
                    return Optional.empty();
                }
                int high = digit(xtext.charAt(i + 1));
                int low = digit(xtext.charAt(i + 2));
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                out.write(high << 4 | low);
                i += 2;
            } else if (c > ' ' && c < 0x7f && c != '=') {
                out.write(c);
            } else {
                return Optional.empty();
            }
        }
        var text = out.toString(StandardCharsets.UTF_8);
        return text.indexOf('\ufffd') < 0 ? Optional.of(text) : Optional.empty();
    }

    /** RFC 3461 section 4: upper case only. */
    private static int digit(char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }
}
