package org.tarishi.core.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.tarishi.api.Reply;

/** Writes replies as they stand on the wire (RFC 5321 section 4.2, RFC 2034 section 4). */
final class ReplyEncoder {

    private ReplyEncoder() {}

    /**
     * Writes a reply.
     *
     * @param utf8 whether the client may be sent more than ASCII (RFC 6531 section 3.7.4.1); if not, each such character becomes {@code ?}
     */
    static void encode(Reply reply, boolean utf8, ByteBuf out) {
        var status = reply.status() == null ? null : reply.status().toString();
        var lines = reply.lines();
        for (int i = 0; i < lines.size(); i++) {
            int code = reply.code();
            out.writeByte('0' + code / 100).writeByte('0' + code / 10 % 10).writeByte('0' + code % 10);
            out.writeByte(i == lines.size() - 1 ? ' ' : '-');
            if (status != null) {
                ByteBufUtil.writeAscii(out, status);
                out.writeByte(' ');
            }
            text(lines.get(i), utf8, out);
            out.writeByte('\r').writeByte('\n');
        }
    }

    /** Writes a challenge (RFC 4954 section 4), which may be longer than a reply. */
    static void encodeChallenge(String base64, ByteBuf out) {
        ByteBufUtil.writeAscii(out, "334 ");
        ByteBufUtil.writeAscii(out, base64);
        out.writeByte('\r').writeByte('\n');
    }

    private static void text(String text, boolean utf8, ByteBuf out) {
        if (utf8) {
            ByteBufUtil.writeUtf8(out, text);
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // One character, one mark, also where Java has it in two halves.
            if (!Character.isLowSurrogate(c)) {
                out.writeByte(c < 0x80 ? c : '?');
            }
        }
    }
}
