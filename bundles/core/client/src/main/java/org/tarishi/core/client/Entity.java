package org.tarishi.core.client;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An entity of a MIME message, by its header (RFC 2045 section 2.4).
 *
 * @param number in the order of their beginnings, from 0 for the message itself
 * @param type the media type in lower case, empty where it has none
 * @param boundary of a multipart, empty for all else
 * @param encoding the transfer encoding in lower case, empty where it has none
 * @param isSigned whether it lies in a {@code multipart/signed}
 */
record Entity(int number, String type, String boundary, String encoding, boolean isSigned) {

    private static final Pattern BOUNDARY = Pattern.compile(
            ";\\s*+boundary\\s*+=\\s*+(?:\"((?:[^\"\\\\]++|\\\\.)*+)\"|([^\\s;\"]++))", Pattern.CASE_INSENSITIVE);

    static Entity of(int number, List<byte[]> header, boolean isSigned) {
        var contentType = field("content-type", header).orElse("");
        int semicolon = contentType.indexOf(';');
        var type = word(semicolon < 0 ? contentType : contentType.substring(0, semicolon));
        var match = BOUNDARY.matcher(contentType);
        var boundary = "";
        if (type.startsWith("multipart/") && match.find()) {
            boundary = match.group(1) == null ? match.group(2) : match.group(1).replaceAll("\\\\(.)", "$1");
        }
        return new Entity(
                number,
                type,
                boundary,
                word(field("content-transfer-encoding", header).orElse("")),
                isSigned || type.equals("multipart/signed"));
    }

    /** Returns what stands before a comment, in lower case. */
    private static String word(String value) {
        int comment = value.indexOf('(');
        return (comment < 0 ? value : value.substring(0, comment)).strip().toLowerCase(Locale.ROOT);
    }

    /** Returns the value of the first field of a name, unfolded; each byte is a character. */
    private static Optional<String> field(String name, List<byte[]> header) {
        for (int i = 0; i < header.size(); i++) {
            if (!isField(name, header.get(i))) {
                continue;
            }
            var value = new StringBuilder(latin(header.get(i)).substring(name.length() + 1));
            for (int next = i + 1; next < header.size() && isContinued(header.get(next)); next++) {
                value.append(latin(header.get(next)));
            }
            return Optional.of(value.toString().strip());
        }
        return Optional.empty();
    }

    /** Tells whether a line begins a field of this name, in lower case. */
    static boolean isField(String name, byte[] line) {
        if (line.length <= name.length() || line[name.length()] != ':') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (Character.toLowerCase((char) (line[i] & 0xff)) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a line goes on with the field before it. */
    static boolean isContinued(byte[] line) {
        return line.length > 0 && (line[0] == ' ' || line[0] == '\t');
    }

    private static String latin(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1);
    }

    /** Tells whether other entities make it. */
    boolean isMultipart() {
        return !boundary.isEmpty();
    }

    /** Tells whether a message makes it, as it is. */
    boolean isMessage() {
        return type.equals("message/rfc822") && !isEncoded();
    }

    /** Tells whether its body is encoded, so that it ought to be of 7 bits. */
    boolean isEncoded() {
        return encoding.equals("quoted-printable") || encoding.equals("base64");
    }

    /** Tells whether its body is declared to be of more than 7 bits. */
    boolean isDeclaredEightBit() {
        return encoding.equals("8bit") || encoding.equals("binary");
    }

    /** Tells whether its body is text, so that it stays readable as quoted-printable. */
    boolean isText() {
        return type.isEmpty() || type.startsWith("text/");
    }

    /** Tells whether its body, of 8 bits, may be encoded: RFC 2045 section 6.4 forbids it of composite types, RFC 6532 has it of global ones. */
    boolean isEncodable() {
        boolean isComposite = type.startsWith("multipart/") || type.startsWith("message/");
        return !isEncoded() && !isSigned && (!isComposite || type.startsWith("message/global"));
    }
}
