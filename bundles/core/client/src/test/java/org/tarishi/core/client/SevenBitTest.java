package org.tarishi.core.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SevenBitTest {

    private static String converted(String message) throws IOException {
        var seven = SevenBit.of(new FakeMessage(message)).orElseThrow();
        var out = new ByteArrayOutputStream();
        seven.writeTo(out);
        var text = out.toString(UTF_8);
        assertThat(seven.size()).isEqualTo(out.size());
        assertThat(out.toString(ISO_8859_1)).matches("\\p{ASCII}*");
        assertThat(text.split("\r\n", -1)).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(998));
        return text;
    }

    @Test
    void textBecomesQuotedPrintable() throws Exception {
        assertThat(converted("""
                Subject: x\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: 8bit\r
                \r
                Grüße = \t\r
                \r
                .dot\r
                """)).isEqualTo("""
                Subject: x\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r
                Gr=C3=BC=C3=9Fe =3D =09\r
                \r
                .dot\r
                """);
    }

    @Test
    void aMessageThatSaysNothingOfItsBytesIsMadeToSayIt() throws Exception {
        assertThat(converted("Subject: x\r\n\r\nü")).isEqualTo("""
                Subject: x\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=unknown-8bit\r
                Content-Transfer-Encoding: quoted-printable\r
                \r
                =C3=BC\r
                """);
    }

    @Test
    void otherThanTextBecomesBase64AndReadsBackToTheByte() throws Exception {
        for (var end : new String[] {"", "\r\n", "\r\n\r\n"}) {
            var body = "%PDF\u00fc\r\n" + "\u00ff".repeat(500) + end;
            var text = converted("Content-Type: application/pdf\r\nContent-Transfer-Encoding:\r\n 8bit\r\n\r\n" + body);
            assertThat(text).startsWith("""
                    Content-Type: application/pdf\r
                    Content-Transfer-Encoding: base64\r
                    MIME-Version: 1.0\r
                    \r
                    """);
            assertThat(Base64.getMimeDecoder().decode(text.substring(text.indexOf("\r\n\r\n") + 4)))
                    .isEqualTo(body.getBytes(UTF_8));
        }
    }

    private static final String MIXED = """
            Content-Type: multipart/mixed; boundary="a b"\r
            Content-Transfer-Encoding: 8bit\r
            MIME-Version: 1.0\r
            \r
            preamble  \r
            --a b\r
            X-Odd:   kept  \r
            \r
            plain stays   \r
            =3D\r
            --a b \r
            Content-Type: message/rfc822\r
            Content-Transfer-Encoding: 8bit\r
            \r
            Subject: inner\r
            Content-Type: multipart/alternative; boundary=in\r
            \r
            --in\r
            Content-Type: text/html\r
            Content-Transfer-Encoding: 8bit\r
            \r
            <b>ü</b>\r
            --in--\r
            between\r
            --a b\r
            Content-Type: image/png\r
            Content-Transfer-Encoding: base64\r
            \r
            AAAA\r
            --a b--\r
            epilogue\r
            """;

    @Test
    void onlyWhatHasEightBitsIsTouched() throws Exception {
        assertThat(converted(MIXED))
                .isEqualTo(MIXED.replace("MIME-Version: 1.0\r\n\r\npre", "MIME-Version: 1.0\r\n\r\npre")
                        .replace(
                                "Content-Type: multipart/mixed; boundary=\"a b\"\r\nContent-Transfer-Encoding: 8bit",
                                "Content-Type: multipart/mixed; boundary=\"a b\"\r\nContent-Transfer-Encoding: 7bit")
                        .replace(
                                "message/rfc822\r\nContent-Transfer-Encoding: 8bit",
                                "message/rfc822\r\nContent-Transfer-Encoding: 7bit")
                        .replace(
                                "text/html\r\nContent-Transfer-Encoding: 8bit",
                                "text/html\r\nContent-Transfer-Encoding: quoted-printable")
                        .replace("<b>ü</b>", "<b>=C3=BC</b>"));
    }

    @Test
    void partsWithoutAnEndAreConvertedToo() throws Exception {
        var text = converted("""
                Content-Type: multipart/mixed; boundary=a\r
                \r
                --a\r
                \r
                ü\r
                --a\r
                Content-Type: multipart/mixed; boundary=b\r
                \r
                --b\r
                \r
                ö\r
                --a\r
                \r
                ä""");
        assertThat(text).contains("=C3=BC\r\n--a\r\n", "=C3=B6\r\n--a\r\n").endsWith("=C3=A4\r\n");
    }

    @Test
    void longLinesAreBrokenSoftly() throws Exception {
        var text = converted("Subject: x\r\n\r\n" + "ü".repeat(400) + " end\r\n");
        var body = text.substring(text.indexOf("\r\n\r\n") + 4);
        assertThat(body.split("\r\n", -1)).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(76));
        assertThat(body.replace("=\r\n", "")).isEqualTo("=C3=BC".repeat(400) + " end\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // a signature over the very bytes
                "Content-Type: multipart/signed; boundary=a\r\n\r\n--a\r\n\r\nü\r\n--a--\r\n",
                // a composite type that can't be encoded
                "Content-Type: message/partial\r\n\r\nü\r\n",
                "Content-Type: multipart/mixed\r\n\r\nü\r\n",
                // encoded already, and not so
                "Content-Transfer-Encoding: quoted-printable\r\n\r\nü\r\n",
                "Content-Transfer-Encoding: base64\r\n\r\nü\r\n",
                // a header
                "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nX-A: ü\r\n\r\n\r\n--a--\r\n",
                // between parts
                "Content-Type: multipart/mixed; boundary=a\r\n\r\nü\r\n--a\r\n\r\nx\r\n--a--\r\n",
                "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\nü\r\n",
            })
    void whatWouldBeLostByItIsNotConverted(String message) throws Exception {
        assertThat(SevenBit.of(new FakeMessage(message))).isEmpty();
    }

    @Test
    void whatIsDeeperOrLongerThanAnybodyNeedsIsNotConverted() throws Exception {
        var deep = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        assertThat(SevenBit.of(new FakeMessage(deep + "\r\nü"))).isEmpty();
        assertThat(SevenBit.of(new FakeMessage("Subject: x\r\n\r\nü" + "x".repeat(70_000))))
                .isEmpty();
        assertThat(SevenBit.of(new FakeMessage("X: " + "x\r\n ".repeat(200_000) + "\r\n\r\nü")))
                .isEmpty();
    }

    /** A global message may be encoded, unlike a message/rfc822 (RFC 6532 section 3.7). */
    @Test
    void aGlobalMessageWithinBecomesBase64() throws Exception {
        var text = converted("Content-Type: message/global\r\n\r\nSubject: ü\r\n\r\nbody");
        assertThat(text).contains("Content-Transfer-Encoding: base64");
        assertThat(new String(Base64.getMimeDecoder().decode(text.substring(text.indexOf("\r\n\r\n") + 4)), UTF_8))
                .isEqualTo("Subject: ü\r\n\r\nbody");
    }
}
