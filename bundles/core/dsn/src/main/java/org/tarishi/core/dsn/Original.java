package org.tarishi.core.dsn;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What must be known of a message before it can be put into another: found by reading it once, without keeping it. */
final class Original {

    /** RFC 5322 section 2.1.1, CRLF not counted. */
    private static final int LONGEST_LINE = 998;

    private static final int BLOCK = 64 * 1024;

    private static final int LONGEST_MESSAGE_ID = 250;

    /** RFC 5322 section 3.6.4, and whatever else is ASCII, without blanks and brackets. */
    private static final Pattern MESSAGE_ID = Pattern.compile("<[!-;=?-~]+>");

    private final byte[] header;
    private final boolean isHeaderCut;
    private final Lines headerLines;
    private final Lines bodyLines;
    private final long size;

    /** What the lines of header or body are like. */
    private static final class Lines {
        private boolean isAscii = true;
        private boolean isLawful = true;
    }

    private Original(byte[] header, boolean isHeaderCut, Lines headerLines, Lines bodyLines, long size) {
        this.header = header;
        this.isHeaderCut = isHeaderCut;
        this.headerLines = headerLines;
        this.bodyLines = bodyLines;
        this.size = size;
    }

    /**
     * Reads a message to its end.
     *
     * @param mostHeader how many bytes of the header are kept
     */
    static Original scan(InputStream in, int mostHeader) throws IOException {
        return new Scanner(mostHeader).scan(in);
    }

    /** Walks over the bytes. */
    private static final class Scanner {
        private final int most;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream(2048);
        private final Lines headerLines = new Lines();
        private final Lines bodyLines = new Lines();
        private Lines lines = headerLines;
        private long size;
        private int length;
        private int previous = -1;

        Scanner(int most) {
            this.most = most;
        }

        Original scan(InputStream in) throws IOException {
            var block = new byte[BLOCK];
            for (int count; (count = in.read(block)) >= 0; ) {
                size += count;
                for (int i = 0; i < count; i++) {
                    take(block[i]);
                }
            }
            if (previous == '\r') {
                lines.isLawful = false;
            }
            boolean isCut = kept.size() > most;
            return new Original(
                    isCut ? wholeFields(kept.toByteArray(), most) : kept.toByteArray(),
                    isCut,
                    headerLines,
                    bodyLines,
                    size);
        }

        private void take(byte b) {
            if (lines == headerLines && kept.size() <= most) {
                kept.write(b);
            }
            lines.isAscii &= b >= 0;
            if (b == '\n') {
                lines.isLawful &= previous == '\r';
                if (lines == headerLines && previous == '\r' && length == 0) {
                    endOfHeader();
                }
                length = 0;
            } else {
                lines.isLawful &= previous != '\r' && b != 0;
                if (b != '\r') {
                    length++;
                    lines.isLawful &= length <= LONGEST_LINE;
                }
            }
            previous = b;
        }

        private void endOfHeader() {
            if (kept.size() <= most) {
                var all = kept.toByteArray();
                kept.reset();
                kept.write(all, 0, all.length - 2);
            }
            lines = bodyLines;
        }
    }

    /** Returns the fields that end before a limit. */
    private static byte[] wholeFields(byte[] header, int most) {
        for (int end = Math.min(most, header.length - 1); end >= 2; end--) {
            boolean isLineEnd = header[end - 2] == '\r' && header[end - 1] == '\n';
            if (isLineEnd && header[end] != ' ' && header[end] != '\t') {
                return Arrays.copyOf(header, end);
            }
        }
        return new byte[0];
    }

    /** Returns the bytes of the whole message. */
    long size() {
        return size;
    }

    /** Returns the header, whole fields of it, without the empty line behind it. */
    byte[] header() {
        return header;
    }

    /** Tells whether fields at the end of the header were left out. */
    boolean isHeaderCut() {
        return isHeaderCut;
    }

    /** Tells whether the header is of ASCII. */
    boolean isHeaderAscii() {
        return headerLines.isAscii;
    }

    /** Tells whether the header has lines that may be in any message. */
    boolean isHeaderLawful() {
        return headerLines.isLawful;
    }

    /** Tells whether the kept header is UTF-8. */
    boolean isHeaderUtf8() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Tells whether a byte of the message is above 127. */
    boolean isEightBit() {
        return !headerLines.isAscii || !bodyLines.isAscii;
    }

    /** Tells whether the message is not made of lines as any host takes them (RFC 2045 section 2.8): those are too long, or not ended by CRLF. */
    boolean isBinary() {
        return !headerLines.isLawful || !bodyLines.isLawful;
    }

    /** Returns the value of the first field of a name, unfolded, each byte a character; nothing where it has none. */
    private Optional<byte[]> field(String name) {
        int at = 0;
        while (at < header.length) {
            int end = endOfField(at);
            if (isNamed(name, at, end)) {
                var value = new ByteArrayOutputStream();
                for (int i = at + name.length() + 1; i < end; i++) {
                    if (header[i] != '\r' && header[i] != '\n') {
                        value.write(header[i]);
                    }
                }
                return Optional.of(value.toByteArray());
            }
            at = end;
        }
        return Optional.empty();
    }

    private int endOfField(int from) {
        int at = from;
        while (at < header.length) {
            if (header[at++] == '\n' && (at == header.length || (header[at] != ' ' && header[at] != '\t'))) {
                return at;
            }
        }
        return at;
    }

    private boolean isNamed(String name, int from, int end) {
        if (end - from <= name.length() || header[from + name.length()] != ':') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (Character.toLowerCase((char) header[from + i]) != Character.toLowerCase(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the Message-ID with its brackets; nothing where there is none that could be put into another header. */
    Optional<String> messageId() {
        return field("Message-ID")
                .map(value -> new String(value, StandardCharsets.ISO_8859_1).strip())
                .filter(value -> value.length() <= LONGEST_MESSAGE_ID
                        && MESSAGE_ID.matcher(value).matches());
    }

    /** Returns the subject for people, in one line; empty where there is none. */
    String subject(int mostChars) {
        return field("Subject")
                .map(value -> OneLine.of(EncodedWords.decoded(utf8(value, mostChars)), mostChars))
                .orElse("");
    }

    private static String utf8(byte[] value, int mostChars) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(value, StandardCharsets.ISO_8859_1);
        }
        // An encoded word takes at most so many characters for one.
        return text.substring(0, Math.min(text.length(), mostChars * 12)).strip();
    }
}
