package org.tarishi.core.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.dom.Body;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.SingleBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.message.DefaultMessageWriter;
import org.apache.james.mime4j.stream.MimeConfig;
import org.tarishi.core.spi.DsnComposer.Notification;

/** A notification as a reader sees it: parsed by Mime4j, which the composer does not use. */
final class Parsed {

    final byte[] bytes;
    final Message message;

    private Parsed(byte[] bytes, Message message) {
        this.bytes = bytes;
        this.message = message;
    }

    static Parsed of(Notification notification) throws IOException {
        var bytes = Samples.bytes(notification);
        assertThat(bytes).as("size as told").hasSize((int) notification.size());
        checkLines(bytes, notification);
        var builder = new DefaultMessageBuilder();
        builder.setMimeEntityConfig(MimeConfig.PERMISSIVE);
        return new Parsed(bytes, builder.parseMessage(new ByteArrayInputStream(bytes)));
    }

    /** Whatever is in it: lines end with CRLF, are short enough, and of ASCII unless the envelope says otherwise. */
    private static void checkLines(byte[] bytes, Notification notification) {
        var text = new String(bytes, ISO_8859_1);
        assertThat(text.replace("\r\n", "")).doesNotContain("\r", "\n", "\0");
        assertThat(text.split("\r\n", -1)).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(998));
        if (!notification.sender().parameters().has("BODY")) {
            assertThat(text).as("7-bit").matches("\\p{ASCII}*");
        }
        if (!notification.sender().parameters().has("SMTPUTF8")) {
            assertThat(text.substring(0, text.indexOf("\r\n\r\n"))).as("header").matches("\\p{ASCII}*");
        }
    }

    String header(String name) {
        var field = message.getHeader().getField(name);
        return field == null ? "" : DecoderUtil.decodeEncodedWords(field.getBody(), DecodeMonitor.SILENT);
    }

    List<Entity> parts() {
        return ((Multipart) message.getBody()).getBodyParts();
    }

    Entity part(int number) {
        return parts().get(number);
    }

    /** Returns a part's content, its transfer encoding taken off; of an attached message the message. */
    static byte[] content(Entity part) throws IOException {
        Body body = part.getBody();
        var out = new ByteArrayOutputStream();
        if (body instanceof SingleBody single) {
            single.writeTo(out);
        } else {
            new DefaultMessageWriter().writeBody(body, out);
        }
        return out.toByteArray();
    }

    static String text(Entity part) throws IOException {
        return new String(content(part), UTF_8);
    }

    /** Returns the text for people, whichever way it is nested. */
    String people() throws IOException {
        var first = part(0);
        return first.isMultipart()
                ? text(((Multipart) first.getBody()).getBodyParts().getFirst())
                : text(first);
    }

    String html() throws IOException {
        var alternative = ((Multipart) part(0).getBody()).getBodyParts();
        var last = alternative.getLast();
        return last.isMultipart()
                ? text(((Multipart) last.getBody()).getBodyParts().getFirst())
                : text(last);
    }

    /** Returns the groups of fields of the part for programs, unfolded: first that of the message, then one a recipient. */
    List<Map<String, String>> status() throws IOException {
        var groups = new ArrayList<Map<String, String>>();
        for (var group : text(part(1)).strip().split("\r\n\r\n", -1)) {
            var fields = new LinkedHashMap<String, String>();
            for (var line : group.replaceAll("\r\n[ \t]+", " ").split("\r\n", -1)) {
                int colon = line.indexOf(": ");
                assertThat(colon).as(line).isPositive();
                assertThat(fields.put(line.substring(0, colon), line.substring(colon + 2)))
                        .as("twice: " + line)
                        .isNull();
            }
            groups.add(fields);
        }
        return groups;
    }
}
