package org.tarishi.core.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.tarishi.api.Text;

/** Values of header fields: as people read them (RFC 2047, RFC 6532), and as they are written (RFC 5322 section 2.2.3). */
final class HeaderText {

    /** Lines are folded here where they can be (RFC 5322 section 2.1.1). */
    private static final int FOLD = 78;
    /** No line may be longer (RFC 5322 section 2.1.1). */
    private static final int LONGEST_LINE = 998;
    /** No encoded word may be longer (RFC 2047 section 2). */
    private static final int LONGEST_WORD = 75;

    /** Longer encoded words than RFC 2047 allows are seen, and read. */
    private static final int FARTHEST_WORD_END = 1000;

    private static final String WORD_START = "=?UTF-8?Q?";
    private static final String WORD_END = "?=";
    private static final String HEX = "0123456789ABCDEF";
    private static final Set<String> ADDRESSES = Set.of(
            "from",
            "to",
            "cc",
            "bcc",
            "reply-to",
            "sender",
            "resent-from",
            "resent-to",
            "resent-cc",
            "resent-bcc",
            "resent-sender",
            "resent-reply-to",
            "disposition-notification-to");

    private HeaderText() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    // ---- reading

    /** Returns bytes as text without line breaks: UTF-8 where that is what it is, else ISO 8859-1. */
    static String unfold(byte[] bytes, int from, int to, boolean maybeHigh) {
        var text = maybeHigh ? text(bytes, from, to) : new String(bytes, from, to - from, StandardCharsets.US_ASCII);
        if (text.indexOf('\n') < 0) {
            return text;
        }
        var line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isBreak = c == '\n' || (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n');
            if (!isBreak) {
                line.append(c);
            }
        }
        return line.toString();
    }

    /** Returns bytes as UTF-8 where that is what they are, else as ISO 8859-1. */
    static String text(byte[] bytes, int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * Decodes the encoded words of a text; what is badly encoded stays as it is.
     *
     * <p>Words are found here and given to Mime4j one by one: given a whole text that begins many words and ends none, it takes
     * quadratic time.
     */
    static String decode(String unfolded) {
        var text = unfolded.strip();
        int at = text.indexOf("=?");
        if (at < 0) {
            return text;
        }
        var out = new StringBuilder(text.length()).append(text, 0, at);
        boolean isAfterWord = false;
        int done = at;
        while (at >= 0) {
            int end = encodedWordEnd(text, at);
            var word = end < 0 ? "" : text.substring(at, end);
            var decoded = end < 0 ? word : DecoderUtil.decodeEncodedWords(word, DecodeMonitor.SILENT);
            if (decoded.equals(word)) {
                at = text.indexOf("=?", at + 1);
                continue;
            }
            // RFC 2047 section 6.2: blanks between two encoded words are not shown.
            if (!isAfterWord || !text.substring(done, at).isBlank()) {
                out.append(text, done, at);
            }
            out.append(decoded);
            isAfterWord = true;
            done = end;
            at = text.indexOf("=?", end);
        }
        return out.append(text, done, text.length()).toString().strip();
    }

    /** Returns the place behind an encoded word, -1 where there is none. Looks a bounded way ahead. */
    private static int encodedWordEnd(String text, int start) {
        int limit = Math.min(text.length(), start + FARTHEST_WORD_END);
        int encoding = text.indexOf('?', start + 2, limit) + 1;
        if (encoding == 0
                || encoding + 1 >= limit
                || text.charAt(encoding + 1) != '?'
                || "bBqQ".indexOf(text.charAt(encoding)) < 0) {
            return -1;
        }
        int end = text.indexOf(WORD_END, encoding + 2, limit);
        return end >= 0 && isKnownCharset(text.substring(start + 2, encoding - 1)) ? end + WORD_END.length() : -1;
    }

    private static boolean isKnownCharset(String name) {
        int language = name.indexOf('*'); // RFC 2231 section 5
        return Charsets.isKnown(language < 0 ? name : name.substring(0, language));
    }

    // ---- writing

    static void checkName(String name) {
        // RFC 5322 section 2.1.1: the name and its colon must fit a line.
        boolean good = !name.isEmpty() && name.length() < FOLD - 1;
        for (int i = 0; good && i < name.length(); i++) {
            good = HeaderBytes.isNameByte(name.charAt(i));
        }
        if (!good) {
            throw new IllegalArgumentException("not a field name: " + Text.escaped(name));
        }
    }

    /** Takes a field as it shall stand. */
    static Field checkedRaw(byte[] given) {
        var bytes = given.clone();
        int last = bytes.length - 2;
        for (int i = 0; i < bytes.length; i++) {
            boolean good = switch (bytes[i]) {
                case 0 -> false;
                case '\r' -> i + 1 < bytes.length && bytes[i + 1] == '\n';
                case '\n' ->
                    i > 0 && bytes[i - 1] == '\r' && (i - 1 == last || bytes[i + 1] == ' ' || bytes[i + 1] == '\t');
                default -> i < last;
            };
            if (!good) {
                throw new IllegalArgumentException("not one whole field: the byte at " + i + " may not stand there");
            }
        }
        var field = new Field(bytes, 0, bytes.length, true);
        if (field.name().isEmpty()) {
            throw new IllegalArgumentException("not a field: it has no name");
        }
        return field;
    }

    /** Makes a field: breaks become folds, what is beyond ASCII is encoded, long lines are folded. */
    static Field field(String name, String value) {
        checkName(name);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || (c >= 0x7f && c < 0xa0)) {
                throw new IllegalArgumentException(
                        name + ": control character " + String.format("U+%04X", (int) c) + " in the value");
            }
        }
        boolean structured = ADDRESSES.contains(name.toLowerCase(Locale.ROOT));
        var out = new StringBuilder(name.length() + value.length() + 16)
                .append(name)
                .append(':');
        int column = out.length();
        boolean first = true;
        for (var piece : pieces(value, structured, name.length() + 2)) {
            var text = piece.text();
            // RFC 5322 section 3.2.2: no line of blanks only, so the first piece stays beside its name where it can.
            boolean tooLong = column + piece.blanks().length() + text.length() > (first ? LONGEST_LINE : FOLD);
            if (!first && (piece.breakBefore() || tooLong)) {
                out.append("\r\n");
                column = 0;
            }
            var blanks = first || !piece.blanks().isEmpty() ? piece.blanks() : " ";
            blanks = first ? " " : blanks;
            out.append(blanks).append(text);
            column += blanks.length() + text.length();
            first = false;
        }
        if (first) {
            out.append(' ');
        }
        var bytes = out.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        return new Field(bytes, 0, bytes.length, true);
    }

    /** A word and the blanks before it. */
    private record Piece(String blanks, String text, boolean breakBefore) {}

    private static List<Piece> pieces(String value, boolean structured, int indent) {
        var pieces = new ArrayList<Piece>();
        int at = 0;
        while (true) {
            int blankStart = at;
            while (at < value.length() && isBlank(value.charAt(at))) {
                at++;
            }
            if (at == value.length()) {
                return pieces;
            }
            var gap = value.substring(blankStart, at);
            boolean broken = gap.indexOf('\n') >= 0 || gap.indexOf('\r') >= 0;
            // A line of nothing but blanks is none (RFC 5322 section 3.2.2); how many there are means nothing.
            var blanks = broken || gap.length() > FOLD ? " " : gap;
            int end = structured && value.charAt(at) == '"' ? quotedEnd(value, at) : wordEnd(value, at);
            if (!needsCode(value, at, end, structured)) {
                pieces.add(new Piece(blanks, value.substring(at, end), broken));
                at = end;
                continue;
            }
            // The blanks between two encoded words are not shown (RFC 2047 section 6.2): they go inside.
            String text;
            if (structured && value.charAt(at) == '"') {
                text = unquoted(value, at, end);
            } else {
                int more = end;
                while (more < value.length()) {
                    int next = more;
                    while (next < value.length() && isBlank(value.charAt(next))) {
                        next++;
                    }
                    int nextEnd = wordEnd(value, next);
                    if (next == more
                            || nextEnd == next
                            || !needsCode(value, next, nextEnd, structured)
                            || (structured && value.charAt(next) == '"')) {
                        break;
                    }
                    more = nextEnd;
                }
                end = more;
                text = unfolded(value, at, end);
            }
            encode(text, pieces.isEmpty() ? indent : 1, blanks, broken, pieces);
            at = end;
        }
    }

    /** Returns a part of a value with each break, and the blanks around it, as one blank. */
    private static String unfolded(String value, int from, int to) {
        var text = new StringBuilder(to - from);
        for (int at = from; at < to; ) {
            int end = at;
            boolean broken = false;
            while (end < to && isBlank(value.charAt(end))) {
                broken |= value.charAt(end) == '\r' || value.charAt(end) == '\n';
                end++;
            }
            if (broken) {
                text.append(' ');
                at = end;
            } else {
                end = Math.max(end, at + 1);
                text.append(value, at, end);
                at = end;
            }
        }
        return text.toString();
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static int wordEnd(String value, int from) {
        int at = from;
        while (at < value.length() && !isBlank(value.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Returns the place behind the closing quote; that behind the word when there is none before a break. */
    private static int quotedEnd(String value, int from) {
        boolean isEscaped = false;
        for (int at = from + 1; at < value.length(); at++) {
            char c = value.charAt(at);
            // A backslash takes nothing from a break, which would get into the field else.
            if (c == '\r' || c == '\n') {
                break;
            }
            if (c == '"' && !isEscaped) {
                return at + 1;
            }
            isEscaped = c == '\\' && !isEscaped;
        }
        return wordEnd(value, from);
    }

    private static String unquoted(String value, int from, int to) {
        var text = new StringBuilder(to - from);
        for (int i = from + 1; i < to - 1; i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < to - 1) {
                c = value.charAt(++i);
            }
            text.append(c);
        }
        return text.toString();
    }

    private static boolean needsCode(String value, int from, int to, boolean structured) {
        boolean beyond = false;
        boolean address = false;
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            beyond |= c > 126;
            address |= c == '@';
        }
        // RFC 2047 section 5 forbids encoded words in an address; RFC 6532 lets it stand as UTF-8.
        if (structured && address && value.charAt(from) != '"') {
            return false;
        }
        boolean looksEncoded = value.startsWith("=?", from) && !isEncodedWord(value, from, to);
        return beyond || looksEncoded || to - from > LONGEST_LINE - FOLD;
    }

    private static boolean isEncodedWord(String value, int from, int to) {
        return to - from <= LONGEST_WORD && value.startsWith(WORD_END, to - 2);
    }

    /** Adds a text as encoded words, none of which ends within a character. */
    private static void encode(String text, int indent, String blanks, boolean broken, List<Piece> pieces) {
        var word = new StringBuilder(WORD_START);
        int room = Math.max(LONGEST_WORD - indent, LONGEST_WORD / 2);
        boolean first = true;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            var code = quoted(c);
            if (word.length() + code.length() + WORD_END.length() > room) {
                pieces.add(new Piece(first ? blanks : " ", word.append(WORD_END).toString(), first && broken));
                word = new StringBuilder(WORD_START);
                first = false;
                room = LONGEST_WORD;
            }
            word.append(code);
        }
        pieces.add(new Piece(first ? blanks : " ", word.append(WORD_END).toString(), first && broken));
    }

    /** Returns a character in the Q encoding, by the narrow rule for phrases (RFC 2047 section 5, rule 3). */
    private static String quoted(int c) {
        if (c == ' ') {
            return "_";
        }
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || "!*+-/".indexOf(c) >= 0) {
            return Character.toString(c);
        }
        var code = new StringBuilder(12);
        boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        for (byte b : Character.toString(half ? 0xfffd : c).getBytes(StandardCharsets.UTF_8)) {
            code.append('=').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
        }
        return code.toString();
    }
}
