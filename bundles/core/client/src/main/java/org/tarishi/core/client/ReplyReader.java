package org.tarishi.core.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;

/**
 * Reads the replies of a peer that may be hostile (RFC 5321 section 4.2).
 *
 * <p>A line is three digits, alone or with a blank or a hyphen and text behind them. All lines of a reply have one code. Lines, their
 * number and the whole are bounded before anything is kept. What is no reply is a {@link ProtocolException}.
 *
 * <p>A lone LF ends a line too: replies with it are seen in the wild, every client reads them, and nothing of a reply is passed on as
 * protocol, so that it can smuggle nothing. A lone CR is text, and control characters are escaped.
 */
final class ReplyReader {

    /** The most octets of a line that {@link Reply} takes. */
    private static final int SHOWN = 500;

    private static final int EXCERPT = 60;

    private static final Pattern STATUS = Pattern.compile("([245]\\.\\d{1,3}\\.\\d{1,3})(?: |$)");

    private final int longestLine;
    private final int mostLines;
    private final int mostBytes;

    ReplyReader(Settings settings) {
        longestLine = settings.maxReplyLine();
        mostLines = settings.maxReplyLines();
        mostBytes = settings.maxReplyBytes();
    }

    /** Reads one reply. */
    Reply read(ByteSource in) throws IOException {
        var lines = new ArrayList<String>();
        int code = 0;
        int left = mostBytes;
        boolean more = true;
        while (more) {
            if (lines.size() == mostLines) {
                throw new ProtocolException("reply of more than " + mostLines + " lines");
            }
            var line = line(in, left);
            left -= line.length;
            int its = code(line);
            if (code != 0 && its != code) {
                throw new ProtocolException("reply with codes " + code + " and " + its);
            }
            code = its;
            more = line.length > 3 && line[3] == '-';
            lines.add(line.length <= 4 ? "" : new String(line, 4, line.length - 4, StandardCharsets.UTF_8));
        }
        var status = status(code, lines.getFirst());
        lines.replaceAll(line -> shown(line, status));
        return new Reply(code, status, lines);
    }

    private byte[] line(ByteSource in, int left) throws IOException {
        int most = Math.min(longestLine, left);
        var line = new byte[Math.min(128, most)];
        int length = 0;
        int b;
        while ((b = in.read()) != '\n') {
            if (length == most) {
                throw new ProtocolException(
                        most < longestLine
                                ? "reply of more than " + mostBytes + " bytes"
                                : "reply line of more than " + longestLine + " bytes: " + excerpt(line));
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, Math.min(length * 2, most));
            }
            line[length++] = (byte) b;
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return Arrays.copyOf(line, length);
    }

    private static int code(byte[] line) throws ProtocolException {
        boolean isReply = line.length >= 3
                && line[0] >= '2'
                && line[0] <= '5'
                && isDigit(line[1])
                && isDigit(line[2])
                && (line.length == 3 || line[3] == ' ' || line[3] == '-');
        if (!isReply) {
            throw new ProtocolException("no SMTP reply: " + excerpt(line));
        }
        return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** The status that the text begins with (RFC 2034), unless it contradicts the code. */
    private static @Nullable EnhancedStatus status(int code, String line) {
        if (line.isEmpty() || line.charAt(0) - '0' != code / 100) {
            return null;
        }
        var match = STATUS.matcher(line);
        return match.lookingAt() ? EnhancedStatus.parse(match.group(1)) : null;
    }

    /** The text without the status, which RFC 2034 repeats in each line, made harmless and not too long. */
    private static String shown(String line, @Nullable EnhancedStatus status) {
        var text = line;
        if (status != null) {
            var repeated = status.toString();
            if (line.startsWith(repeated)
                    && (line.length() == repeated.length() || line.charAt(repeated.length()) == ' ')) {
                text = line.substring(repeated.length());
            }
        }
        text = Text.escaped(text).strip();
        int octets = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            octets += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (octets > SHOWN) {
                return text.substring(0, i).stripTrailing();
            }
            i += Character.charCount(point);
        }
        return text;
    }

    private static String excerpt(byte[] line) {
        var start = new String(line, 0, Math.min(line.length, EXCERPT), StandardCharsets.ISO_8859_1);
        return "'" + Text.escaped(start) + (line.length > EXCERPT ? "…'" : "'");
    }
}
