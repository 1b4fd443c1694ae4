package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.core.message.Receiving.binary;
import static org.tarishi.core.message.Receiving.bytes;
import static org.tarishi.core.message.Receiving.message;
import static org.tarishi.core.message.Receiving.read;
import static org.tarishi.core.message.Receiving.text;
import static org.tarishi.core.message.Receiving.written;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.james.mime4j.codec.QuotedPrintableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.message.MimeLimitException;
import org.tarishi.api.message.Part;

class MimeTest {

    private static final String MIXED = """
            From: a@b.example
            Content-Type: multipart/mixed; boundary="outer"

            preamble
            --outer
            Content-Type: multipart/alternative; boundary=inner

            --inner
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe=
             more
            --inner
            Content-Type: text/html; charset=iso-8859-1
            Content-Transfer-Encoding: base64

            PGI+R3L832U8L2I+PC9ib2R5Pg==
            --inner--
            epilogue of the inner
            --outer
            Content-Type: message/rfc822

            Subject: within

            text within
            --outer
            Content-Type: application/pdf; name="x.pdf"
            Content-Disposition: ATTACHMENT; filename*0*=utf-8''r%C3%A9; filename*1="sum\\"e.pdf"
            Content-Transfer-Encoding: BASE64

            AAECAw==
            --outer--
            epilogue
            """.replace("\n", "\r\n");

    @Test
    void partsAreFoundWithTheirExactBytes() throws Exception {
        var root = message(MIXED).root();
        assertThat(root.type()).isEqualTo("multipart/mixed");
        assertThat(root.parts())
                .extracting(Part::type)
                .containsExactly("multipart/alternative", "message/rfc822", "application/pdf");
        var texts = root.parts().getFirst().parts();
        assertThat(texts).extracting(Part::type).containsExactly("text/plain", "text/html");
        assertThat(read(texts.get(0).openRaw())).isEqualTo("Gr=C3=BC=C3=9Fe=\r\n more");
        assertThat(texts.get(0).text(100)).isEqualTo("Grüße more");
        assertThat(texts.get(0).text(3)).isEqualTo("Grü");
        assertThat(texts.get(1).text(100)).isEqualTo("<b>Grüße</b></body>");
        var inner = root.parts().get(1).parts();
        assertThat(inner).hasSize(1);
        assertThat(inner.getFirst().headers().getFirst().value()).isEqualTo("within");
        assertThat(read(inner.getFirst().open())).isEqualTo("text within");
        var pdf = root.parts().get(2);
        assertThat(pdf.fileName()).contains("résum\"e.pdf");
        assertThat(pdf.disposition()).contains("attachment");
        assertThat(pdf.transferEncoding()).isEqualTo("base64");
        assertThat(pdf.isAttachment()).isTrue();
        assertThat(pdf.open().readAllBytes()).containsExactly(0, 1, 2, 3);
        assertThat(root.parts().getFirst().isAttachment()).isFalse();
        assertThat(root.parts().get(1).isAttachment()).isFalse();
    }

    @Test
    void aBannerStandsInEveryTextThatIsNoAttachmentAndNothingElseChanges() throws Exception {
        var message = message(MIXED);
        message.banner("Grüß\nGott", "<i>Grüß</i>");
        var out = written(message);
        assertThat(message.size()).isEqualTo(out.length());
        assertThat(out)
                .isEqualTo(MIXED.replace("=C3=9Fe=\r\n more", "=C3=9Fe more\r\nGr=C3=BC=C3=9F\r\nGott\r\n")
                        .replace("PGI+R3L832U8L2I+PC9ib2R5Pg==", "PGI+R3L832U8L2I+PFA+PGk+R3L83zwvaT48L1A+PC9ib2R5Pg==")
                        .replace("text within\r\n", "text within\r\nGr??\r\nGott\r\n\r\n"));
        assertThat(read(message.open())).isEqualTo(out);
        assertThat(message.isEightBit()).isFalse();
        assertThat(message(out).root().parts().getFirst().parts().get(1).text(100))
                .isEqualTo("<b>Grüße</b><P><i>Grüß</i></P></body>");
    }

    @Test
    void aFilteredPartIsEncodedAsItWasAndTheRestStays() throws Exception {
        var message = message(MIXED);
        message.filterPart("Application/", (part, content) -> {
            assertThat(part.fileName()).isPresent();
            return new ByteArrayInputStream(bytes("x".repeat(60)));
        });
        var encoded = Base64.getMimeEncoder().encodeToString(bytes("x".repeat(60)));
        assertThat(written(message)).isEqualTo(MIXED.replace("AAECAw==", encoded));
        assertThat(message.size()).isEqualTo(written(message).length());
    }

    @Test
    void whatAFilterReturnsNeverBreaksLinesOrLosesItsEnd() throws Exception {
        var message = message("A: b\r\n\r\nbody\r\n");
        message.filterPart("", (part, content) -> new ByteArrayInputStream(bytes("a\n.\nb\rc\u00e9")));
        assertThat(written(message)).isEqualTo("A: b\r\n\r\na\r\n.\r\nb\r\nc\u00e9\r\n");
        assertThat(message.isEightBit()).isTrue();
        var again = message("A: b\r\n\r\nbody\r\n");
        again.filterPart("text/", (part, content) -> {
            throw new IOException("no");
        });
        assertThatThrownBy(() -> written(again)).hasMessage("no");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            attachment; filename=plain.txt                                   | plain.txt
            attachment; filename=with space.txt; x=y                         | with space.txt
            attachment; filename="a;b\\"c.txt"                               | a;b"c.txt
            attachment; filename="=?utf-8?Q?=C3=A9.txt?="                    | é.txt
            attachment; filename*=utf-8''%e2%82%ac.txt                       | €.txt
            attachment; filename*=nowhere''%e9.txt                           | é.txt
            attachment; filename*0=a; filename*2=c; filename*1=b             | abc
            attachment; filename*0*=utf-8'en'%c3; filename*1*=%a9; filename=z | é
            attachment; (filename=no) filename (x) = yes (really)            | yes (really)
            attachment; filename="open                                       | open
            attachment; filename=first; filename=second                      | first
            attachment; FILENAME=x                                           | x
            """)
    void aFileNameIsReadAsMailProgramsDo(String disposition, String name) {
        var value = MimeValue.parse(disposition);
        assertThat(value.main()).isEqualTo("attachment");
        assertThat(value.parameter("filename")).contains(name);
    }

    @Test
    void aFileNameFoldedOverManyLinesIsSeenWhole() throws Exception {
        var message = message(
                "Content-Disposition: attachment;\r\n\tfilename*0=\"evil.\";\r\n filename*1=\"exe\"\r\n\r\nx\r\n");
        assertThat(message.root().fileName()).contains("evil.exe");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, text/plain, false",
        "TEXT/Html; charset=x, text/html, false",
        "image/png, image/png, true",
        "pdf, application/octet-stream, true",
        "text, text/plain, false",
        "a/b/c, application/octet-stream, true",
        "; name=x.exe, application/octet-stream, true",
        "multipart/mixed, multipart/mixed, true",
    })
    void whatCannotBeReadIsAnAttachmentForScannersToSee(String contentType, String type, boolean isAttachment)
            throws Exception {
        var root = message("Content-Type: " + contentType + "\r\n\r\nx\r\n").root();
        assertThat(root.type()).isEqualTo(type);
        assertThat(root.isAttachment()).isEqualTo(isAttachment);
    }

    @Test
    void anEncodedMessageIsAnAttachmentBecauseItIsNotWalked() throws Exception {
        var root = message("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQTogYg==\r\n")
                .root();
        assertThat(root.parts()).isEmpty();
        assertThat(root.isAttachment()).isTrue();
        assertThat(read(root.open())).isEqualTo("A: b");
    }

    @Test
    void brokenMultipartsAreReadAsFarAsTheyGo() throws Exception {
        var start = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
        assertThat(message(start + "--b\r\n\r\nunclosed\r\n").root().parts())
                .singleElement()
                .satisfies(part -> assertThat(read(part.open())).isEqualTo("unclosed\r\n"));
        assertThat(message(start + "--b\r\nA: b\r\n--b--\r\n").root().parts())
                .singleElement()
                .satisfies(part -> assertThat(part.headers()).hasSize(1));
        assertThat(message(start + "--b\r\nno header\r\nline\r\n--b--\r\n")
                        .root()
                        .parts())
                .singleElement()
                .satisfies(part -> assertThat(read(part.open())).isEqualTo("no header\r\nline"));
        assertThat(message(start + "--b  \t\r\n\r\nx\r\n--bb\r\n --b\r\ny\r\n--b--\r\n--b\r\n\r\nz\r\n")
                        .root()
                        .parts())
                .singleElement()
                .satisfies(part -> assertThat(read(part.open())).isEqualTo("x\r\n--bb\r\n --b\r\ny"));
        assertThat(message(start + "--b\r\n\r\n--b\r\n\r\n\r\n--b--\r\n").root().parts())
                .hasSize(2)
                .allSatisfy(part -> assertThat(read(part.open())).isEmpty());
        var digest = message(
                        "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\nt\r\n--b--\r\n")
                .root();
        assertThat(digest.parts().getFirst().type()).isEqualTo("message/rfc822");
        assertThat(digest.parts().getFirst().parts().getFirst().text(9)).isEqualTo("t");
    }

    @Test
    void aPartEndsNoSoonerThanTheLastOfThoseWithinIt() throws Exception {
        var text = """
                Content-Type: multipart/mixed; boundary=o

                --o
                Content-Type: multipart/mixed; boundary=i

                --i
                --o--
                """.replace("\n", "\r\n");
        var outer = message(text).root().parts().getFirst();
        // Its last part is empty and begins behind the line break, which is not the next delimiter's then.
        assertThat(outer.parts()).hasSize(1);
        assertThat(read(outer.openRaw())).isEqualTo("--i\r\n");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
    Content-Type:            | ''
    Content-Type: a/b        | a/b
    Content-Type:\\n         | ''
    Content-Type: a/b\\nA: b  | a/b
    Content-Type: a/b\\r     | a/b
    Content-Type: a/b\\r\\n  | a/b
    """)
    void inBinaryContentTheHeaderOfAPartMayEndAnywhere(String header, String value) throws Exception {
        var part = binary("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                        + header.replace("\\r", "\r").replace("\\n", "\n"))
                .root()
                .parts()
                .getFirst();
        assertThat(part.headers().getFirst().name()).isEqualTo("Content-Type");
        assertThat(part.headers().getFirst().value().strip()).isEqualTo(value);
        assertThat(part.headers().getFirst().rawValue().strip()).isEqualTo(value);
    }

    @Test
    void aBannerInAnEmptyLastPartDoesNotSpoilTheDelimiter() throws Exception {
        var text = """
                Content-Type: multipart/mixed; boundary=b

                --b

                --b
                Content-Type: text/html
                --b--
                """.replace("\n", "\r\n");
        var message = message(text);
        message.banner("B", "H");
        assertThat(written(message)).isEqualTo(text.replace("--b\r\n\r\n", "--b\r\n\r\n\r\nB\r\n"));
    }

    private static String nested(int depth) {
        var text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        return text + "\r\nx\r\n";
    }

    @Test
    void partsBeyondTheLimitsAreNotWalked() throws Exception {
        assertThat(message(nested(49)).root().parts()).hasSize(1);
        assertThatThrownBy(() -> message(nested(50)).root())
                .isInstanceOf(MimeLimitException.class)
                .hasMessageContaining("maxDepth, 50");
        var many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
        assertThat(message(many + "--b\r\n\r\n".repeat(999)).root().parts()).hasSize(999);
        assertThatThrownBy(() -> message(many + "--b\r\n\r\n".repeat(1000)).root())
                .isInstanceOf(MimeLimitException.class)
                .hasMessageContaining("maxParts, 1000");
        assertThatThrownBy(() ->
                        message(many + "--b\r\n" + "A: b\r\n".repeat(200_000)).root())
                .isInstanceOf(MimeLimitException.class)
                .hasMessageContaining("maxPartHeaderBytes");
    }

    @Test
    void theRootFollowsTheHeaderAsItIsNow() throws Exception {
        var message = message(MIXED);
        assertThat(message.root().parts()).hasSize(3);
        message.headers().replace("Content-Type", "text/plain");
        assertThat(message.root().parts()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TransferEncoding.class)
    void whatIsEncodedDecodesToTheSameBytesInShortLines(TransferEncoding encoding) throws Exception {
        var random = new Random(2);
        for (int round = 0; round < 500; round++) {
            var content = new byte[random.nextInt(400)];
            for (int i = 0; i < content.length; i++) {
                content[i] =
                        (byte) (random.nextBoolean() ? " =\r\n\t.a".charAt(random.nextInt(7)) : random.nextInt(256));
            }
            if (encoding == TransferEncoding.IDENTITY) {
                content = bytes(text(content).replaceAll("\r?\n|\r", "\r\n"));
            }
            var encoded =
                    encoding.encoded(new ByteArrayInputStream(content), false).readAllBytes();
            assertThat(encoding.decoded(new ByteArrayInputStream(encoded)).readAllBytes())
                    .isEqualTo(content);
            if (encoding != TransferEncoding.IDENTITY) {
                assertThat(text(encoded).split("\r\n"))
                        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(76));
                assertThat(text(encoded).replace("\r\n", "")).matches("(?s)[\t -~]*");
            }
        }
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            QUOTED_PRINTABLE | a=3Db          | a=b
            QUOTED_PRINTABLE | a=3db          | a=b
            QUOTED_PRINTABLE | a=ZZb          | a=ZZb
            QUOTED_PRINTABLE | a=4            | a=4
            QUOTED_PRINTABLE | `a= \\r\\nb`   | ab
            QUOTED_PRINTABLE | `a  \\r\\nb`   | `a\\r\\nb`
            QUOTED_PRINTABLE | `a =\\r\\nb`   | `a b`
            QUOTED_PRINTABLE | `a==3D`        | `a==`
            QUOTED_PRINTABLE | `a=`           | `a`
            QUOTED_PRINTABLE | `a= b`         | `a= b`
            BASE64           | `QUJD`         | ABC
            BASE64           | `Q U\\r\\nJ*D` | ABC
            BASE64           | `QQ==QkM=`     | ABC
            BASE64           | `QUI`          | AB
            BASE64           | `QUJDQ`        | ABC
            BASE64           | `====`         | ``
            """)
    void badEncodingIsReadAsWellAsCanBe(TransferEncoding encoding, String raw, String expected) throws Exception {
        var wire = bytes(raw.replace("\\r", "\r").replace("\\n", "\n"));
        assertThat(read(encoding.decoded(new ByteArrayInputStream(wire))))
                .isEqualTo(expected.replace("\\r", "\r").replace("\\n", "\n"));
        assertThat(read(encoding.decoded(new DripStream(wire))))
                .isEqualTo(expected.replace("\\r", "\r").replace("\\n", "\n"));
    }

    @Test
    void wellEncodedTextIsReadAsMime4jReadsIt() throws Exception {
        var random = new Random(3);
        for (int round = 0; round < 300; round++) {
            var content = new byte[random.nextInt(300)];
            random.nextBytes(content);
            var encoded = TransferEncoding.QUOTED_PRINTABLE
                    .encoded(new ByteArrayInputStream(content), false)
                    .readAllBytes();
            try (var theirs = new QuotedPrintableInputStream(new ByteArrayInputStream(encoded))) {
                assertThat(theirs.readAllBytes()).isEqualTo(content);
            }
            var base64 = TransferEncoding.BASE64
                    .encoded(new ByteArrayInputStream(content), false)
                    .readAllBytes();
            assertThat(text(base64)).isEqualTo(Base64.getMimeEncoder().encodeToString(content));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "us-ascii", "nowhere", "\u0000"})
    void textOfNoKnownCharsetIsUtf8OrElseLatin1(String charset) throws Exception {
        assertThat(Charsets.read(new ByteArrayInputStream("Grüße😀".getBytes(StandardCharsets.UTF_8)), charset, 6))
                .isEqualTo("Grüße");
        assertThat(Charsets.read(new ByteArrayInputStream("Grüße😀".getBytes(StandardCharsets.UTF_8)), charset, 7))
                .isEqualTo("Grüße😀");
        assertThat(Charsets.read(new ByteArrayInputStream(bytes("Grü")), charset, 100))
                .isEqualTo("Grü");
        assertThat(Charsets.read(
                        new ByteArrayInputStream("é".repeat(10_000).getBytes(StandardCharsets.UTF_8)), charset, 9))
                .isEqualTo("é".repeat(9));
        assertThat(Charsets.read(new ByteArrayInputStream(new byte[0]), charset, 0))
                .isEmpty();
    }

    @Test
    void theWalkOfAHostileBodyTakesTimeByItsSizeOnly() throws Exception {
        var hostile = new StringBuilder();
        for (int i = 0; i < 49; i++) {
            hostile.append("Content-Type: multipart/mixed; boundary=\"")
                    .append("x".repeat(60))
                    .append(i)
                    .append("\"\r\n\r\n--")
                    .append("x".repeat(60))
                    .append(i)
                    .append("\r\n");
        }
        hostile.append("\r\n").append(("--" + "x".repeat(60) + "\r\n").repeat(100_000));
        var message = message(hostile.toString());
        var start = System.nanoTime();
        assertThat(message.root().parts()).hasSize(1);
        assertThat(List.of(System.nanoTime() - start))
                .allSatisfy(nanos -> assertThat(nanos).isLessThan(3_000_000_000L));
    }

    /** Gives a byte at a time. */
    private static final class DripStream extends InputStream {

        private final InputStream in;

        DripStream(byte[] bytes) {
            in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            return in.read(b, off, Math.min(1, len));
        }
    }
}
