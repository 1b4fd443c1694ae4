package org.tarishi.api;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whom the sender named first, before any alias or forward: the parameter ORCPT (RFC 3461 section 4.2).
 *
 * @param type the kind of address, {@code rfc822} as a rule, {@code utf-8} by RFC 6533
 * @param address the address, decoded; it is data, and need not be one that this host could send to
 */
public record OriginalRecipient(String type, String address) {

    private static final Pattern HEX = Pattern.compile("[0-9A-F]{2,6}");
    private static final String ATOM = "!#$%&'*+-/=?^_`{|}~";

    /** Reads the value of ORCPT; nothing where it is none. */
    public static Optional<OriginalRecipient> parse(String value) {
        int semicolon = value.indexOf(';');
        if (semicolon < 1 || semicolon == value.length() - 1) {
            return Optional.empty();
        }
        var type = value.substring(0, semicolon);
        var coded = value.substring(semicolon + 1);
        if (!type.chars().allMatch(OriginalRecipient::isAtom)) {
            return Optional.empty();
        }
        var address = isUtf8(type) ? ofUtf8(coded) : Xtext.decode(coded);
        return address.map(text -> new OriginalRecipient(type, text));
    }

    private static boolean isUtf8(String type) {
        return type.equalsIgnoreCase("utf-8");
    }

    /** RFC 6533 section 3: characters as they are, or as a backslash, x and their number in braces. */
    private static Optional<String> ofUtf8(String coded) {
        var out = new StringBuilder(coded.length());
        int at = 0;
        while (at < coded.length()) {
            int code = coded.codePointAt(at);
            at += Character.charCount(code);
            if (code == '\\') {
                int end = coded.indexOf('}', at);
                if (!coded.startsWith("x{", at)
                        || end < 0
                        || !HEX.matcher(coded.substring(at + 2, end)).matches()) {
                    return Optional.empty();
                }
                code = Integer.parseInt(coded, at + 2, end, 16);
                at = end + 1;
            } else if (code == '+' || code == '=') {
                return Optional.empty();
            }
            if (!Character.isValidCodePoint(code) || Character.isISOControl(code)) {
                return Optional.empty();
            }
            out.appendCodePoint(code);
        }
        return Optional.of(out.toString());
    }

    private static String utf8(String address) {
        var out = new StringBuilder(address.length());
        address.codePoints().forEach(code -> {
            if (code > ' ' && code < 0x7f && code != '+' && code != '=' && code != '\\') {
                out.append((char) code);
            } else {
                out.append("\\x{")
                        .append(Integer.toHexString(code).toUpperCase(Locale.ROOT))
                        .append('}');
            }
        });
        return out.toString();
    }

    private static boolean isAtom(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || ATOM.indexOf(c) >= 0;
    }

    /** Returns the value as it stands in the parameter, in ASCII. */
    @Override
    public String toString() {
        return type + ";" + (isUtf8(type) ? utf8(address) : Xtext.encode(address));
    }
}
