package org.tarishi.core.dsn;

import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes MIME parts.
 *
 * <p>Every content is given to Jakarta Mail as bytes with a type, parts within parts too: so it needs no command map, which is one for the
 * whole JVM and looked up by a thread's class loader.
 */
final class MimeParts {

    private static final int LONGEST_PLAIN_LINE = 78;

    private MimeParts() {}

    /** A multipart whose boundary is given. */
    private static final class Bounded extends MimeMultipart {
        Bounded(String type) {
            contentType = type;
        }
    }

    /** Returns the type of a multipart, such as {@code multipart/alternative; boundary="…"}. */
    static String type(String subtype, String boundary) {
        return "multipart/" + subtype + "; boundary=\"" + boundary + "\"";
    }

    /**
     * Returns the parts between boundaries.
     *
     * @param type the type with its boundary
     */
    static byte[] multipart(String type, List<MimeBodyPart> parts) throws IOException {
        try {
            var multipart = new Bounded(type);
            for (var part : parts) {
                multipart.addBodyPart(part);
            }
            var out = new ByteArrayOutputStream();
            multipart.writeTo(out);
            return out.toByteArray();
        } catch (MessagingException e) {
            throw new IOException("a notification could not be composed: " + e.getMessage(), e);
        }
    }

    /** Returns a part of these bytes, which are encoded along the way as the encoding says. */
    static MimeBodyPart part(String type, String encoding, byte[] content) throws IOException {
        try {
            var part = new MimeBodyPart();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(content, type)));
            part.setHeader("Content-Type", type);
            part.setHeader("Content-Transfer-Encoding", encoding);
            return part;
        } catch (MessagingException e) {
            throw new IOException("a part could not be composed: " + e.getMessage(), e);
        }
    }

    /** Returns a part of text, its lines ended by LF, encoded where it is not short lines of ASCII. */
    static MimeBodyPart text(String subtype, String text) throws IOException {
        boolean isPlain = OneLine.isAscii(text) && text.lines().allMatch(line -> line.length() <= LONGEST_PLAIN_LINE);
        return part(
                "text/" + subtype + "; charset=" + (OneLine.isAscii(text) ? "us-ascii" : "utf-8"),
                isPlain ? "7bit" : "quoted-printable",
                text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Returns an image that HTML beside it shows by {@code cid:}. */
    static MimeBodyPart image(String type, String id, byte[] content) throws IOException {
        var part = part(type, "base64", content);
        try {
            part.setHeader("Content-ID", "<" + id + ">");
            part.setHeader("Content-Disposition", "inline");
            return part;
        } catch (MessagingException e) {
            throw new IOException("a part could not be composed: " + e.getMessage(), e);
        }
    }
}
