package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.tarishi.core.message.Receiving.bytes;
import static org.tarishi.core.message.Receiving.message;
import static org.tarishi.core.message.Receiving.text;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;

class FieldListTest {

    private static FieldList header(String text) {
        return header(bytes(text));
    }

    private static FieldList header(byte[] bytes) {
        return FieldList.parse(bytes, bytes.length, true);
    }

    private static String all(FieldList header) {
        var block = text(header.block());
        return block.substring(0, block.length() - 2);
    }

    @Test
    void untouchedFieldsStayTrueToTheByteAndMalformedLinesStayWhereTheyAre() {
        var text = "Received: a\r\n\tb\r\n  c \r\nFrom someone\r\n folded\r\nSUBJECT  :x\r\n: y\r\nEmpty:\r\n";
        var header = header(text);

        assertThat(header.fields())
                .extracting(HeaderField::name)
                .containsExactly("Received", "", "SUBJECT", "", "Empty");
        assertThat(header.fields().get(0).rawValue()).isEqualTo(" a\r\n\tb\r\n  c ");
        assertThat(header.fields().get(0).value()).isEqualTo("a\tb  c");
        assertThat(header.fields().get(1).rawValue()).isEqualTo("From someone\r\n folded");
        assertThat(header.first("subject")).contains("x");
        assertThat(all(header)).isEqualTo(text);
        header.prepend("X", "1");
        header.append("Y", "2");
        assertThat(all(header)).isEqualTo("X: 1\r\n" + text + "Y: 2\r\n");
    }

    @Test
    void replaceStandsInThePlaceOfTheFirstAndRemovesTheOthers() {
        var header = header("A: 1\r\nB: 2\r\na: 3\r\nC: 4\r\n");
        header.replace("A", "new");
        assertThat(all(header)).isEqualTo("A: new\r\nB: 2\r\nC: 4\r\n");
        header.replace("D", "5");
        assertThat(all(header)).endsWith("C: 4\r\nD: 5\r\n");
        assertThat(header.remove("b")).isEqualTo(1);
        assertThat(header.remove("b")).isZero();
        var c = header.all("C").getFirst();
        assertThat(header.remove(c)).isTrue();
        assertThat(header.remove(c)).isFalse();
        assertThat(all(header)).isEqualTo("A: new\r\nD: 5\r\n");
    }

    @Test
    void aForkIsChangedApartUntilItIsAdopted() {
        var header = header("A: 1\r\n");
        var fields = header.fields();
        var fork = header.fork();
        fork.append("B", "2");
        assertThat(all(header)).isEqualTo("A: 1\r\n");
        header.adopt(fork);
        fork.remove("A");
        assertThat(all(header)).isEqualTo("A: 1\r\nB: 2\r\n");
        assertThat(fields).hasSize(1);
    }

    @Test
    void renameLeavesTheBytesOfTheValueAlone() {
        var header = header("authentication-results : a;\r\n\tb\u00e9\r\nX: y\r\nAuthentication-Results:c\r\n");
        assertThat(header.rename("Authentication-Results", "Original-Authentication-Results"))
                .isEqualTo(2);
        assertThat(all(header))
                .isEqualTo("Original-%1$s : a;\r\n\tbé\r\nX: y\r\nOriginal-%1$s:c\r\n"
                        .formatted("Authentication-Results"));
        assertThatThrownBy(() -> header.rename("X", "a b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRawFieldGoesOnTopAsItIs() {
        var header = header("A: 1\r\n");
        header.prependRaw(bytes("Received: from x\r\n\tby y\r\n"));
        assertThat(all(header)).isEqualTo("Received: from x\r\n\tby y\r\nA: 1\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A: b",
                "A: b\n",
                "A: b\r\n\r\n",
                "A: b\r\nC: d\r\n",
                "A: b\rc\r\n",
                "A: b\nc\r\n",
                "x\r\n",
                "A: b\r\n c"
            })
    void whatIsNotOneWholeFieldIsNotPutOnTop(String raw) {
        assertThatThrownBy(() -> header("").prependRaw(bytes(raw))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            =?utf-8?Q?J=C3=B6rg?= =?utf-8?B?IE3DvGxsZXI=?=  | Jörg Müller
            =?iso-8859-1?q?a_b?= c                          | a b c
            =?nowhere?Q?a?=                                 | =?nowhere?Q?a?=
            =?utf-8?B?%%%?= x                               | x
            =?utf-8?Q?open                                  | =?utf-8?Q?open
            plain                                           | plain
            """)
    void encodedWordsAreDecodedAndWhatIsNoneStays(String raw, String value) {
        assertThat(header("S: " + raw + "\r\n").first("s").map(String::strip)).contains(value);
    }

    @Test
    void rawUtf8IsReadAsSuchAndOtherHighBytesAsLatin1() {
        assertThat(header("S: Grüße\r\n".getBytes(StandardCharsets.UTF_8)).first("s"))
                .contains("Grüße");
        assertThat(header("S: Gr\u00fc\u00dfe\r\n").first("s")).contains("Grüße");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "",
                "Grüße aus Köln und von überall her, mit vielen Wörtern, die länger sind als eine Zeile es sein darf ß",
                "a word of English between zwei Wörtern äöü and more English that goes on and on until the line is full",
                "日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語",
                "smile 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀 end",
                "=?utf-8?Q?looks_encoded",
                "tabs\tand  double  blanks",
            })
    void aValueThatIsSetReadsBackAsItWasWithinTheLineLimits(String value) {
        var header = new FieldList();
        header.append("Subject", value);
        assertThat(header.first("Subject")).contains(value);
        assertLines(all(header), 78);
    }

    /** Blanks between two encoded words are not shown (RFC 2047 section 6.2), a fold is one of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {"\u00e4\r\n \u00f6", "\u00e4\r\u00f6", "\u00e4\n\u00f6 \t\r\n \u00fc", "\u00e4 \t \u00f6 a"})
    void aBreakBetweenWordsThatAreEncodedIsABlankWhenTheyAreRead(String value) {
        var list = new FieldList();
        list.append("Subject", value);
        assertThat(list.now()[0].value().replaceAll("[ \t]+", " ")).isEqualTo(value.replaceAll("[ \t\r\n]+", " "));
    }

    @Test
    void aWordLongerThanALineIsEncodedSoThatNoBreakIsAdded() {
        var header = new FieldList();
        header.append("X-Long", "begin " + "x".repeat(5000) + " end");
        assertThat(header.first("X-Long")).contains("begin " + "x".repeat(5000) + " end");
        assertLines(all(header), 78);
        header.append("X-Word", "y".repeat(500));
        assertLines(all(header), 998);
        assertThat(header.last("X-Word")).contains("y".repeat(500));
        header.append("X-Gap", "a" + " ".repeat(5000) + "b");
        assertThat(header.first("X-Gap")).contains("a b");
    }

    private static void assertLines(String block, int longest) {
        assertThat(block.chars()).allMatch(c -> c < 127);
        assertThat(block.split("\r\n")).allSatisfy(line -> {
            assertThat(line.length()).isLessThanOrEqualTo(longest);
            assertThat(line).isNotBlank();
        });
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "\"\\\nBcc: other@example.com\"",
                "\"\\\rBcc: other@example.com\"",
                "\"\\\r\nBcc: other@example.com\"",
                "\"a\nBcc: other@example.com\" <a@b.example>",
                "\"a\\\\\nBcc: other@example.com\" <a@b.example>",
                "\"\\\n\"",
                "\"\\"
            })
    void aLineBreakInAQuotedStringIsAFoldTooWhateverStandsBeforeIt(String value) {
        for (var name : new String[] {"To", "From", "Subject"}) {
            var list = new FieldList();
            list.append(name, value);
            var block = list.block();
            var again = FieldList.parse(block, block.length - 2, true);
            assertThat(again.now()).as(name).hasSize(1);
            assertThat(text(block).replace("\r\n", "")).as(name).doesNotContain("\r", "\n");
        }
    }

    @Test
    void aLineBreakBecomesAFoldAndNeverEndsTheHeader() {
        var header = new FieldList();
        header.append("X", "a\r\nBcc: evil\n\n\r\nbody\r");
        assertThat(all(header)).isEqualTo("X: a\r\n Bcc: evil\r\n body\r\n");
        assertThat(header.first("Bcc")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 11, 0x1b, 0x7f, 0x85})
    void aControlCharacterIsRefused(int c) {
        assertThatThrownBy(() -> new FieldList().append("X", "a" + (char) c + "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("control character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\n", "\u00e9", "x\u0000"})
    void whatIsNoFieldNameIsRefused(String name) {
        assertThatThrownBy(() -> new FieldList().prepend(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a field name");
    }

    @Test
    void namesInAddressFieldsAreEncodedAndAddressesAreNot() {
        var header = new FieldList();
        header.append("From", "\"Müller, Jörg\" <jm@example.com>, Ada <ada@example.com>");
        assertThat(all(header))
                .isEqualTo(
                        "From: =?UTF-8?Q?M=C3=BCller=2C_J=C3=B6rg?= <jm@example.com>, Ada\r\n <ada@example.com>\r\n");
        assertThat(header.addresses("from"))
                .extracting(HeaderAddress::name, HeaderAddress::address)
                .containsExactly(tuple("Müller, Jörg", "jm@example.com"), tuple("Ada", "ada@example.com"));

        header.replace("From", "Jörg <jörg@example.com>");
        assertThat(header.addresses("from").getFirst().mailbox().orElseThrow().localPart())
                .isEqualTo("jörg");
        assertThat(header.hasHighBytes()).isTrue();
    }

    @Test
    void addressesAreReadAsWellAsCanBe() {
        var header = header(
                "To: team: a@b.example, \"B, C\" <\"x y\"@d.example>;, (note) e@f.example\r\nTo: <>, nobody\r\n");
        assertThat(header.addresses("to"))
                .extracting(HeaderAddress::address, a -> a.group().orElse("-"))
                .contains(tuple("a@b.example", "team"), tuple("e@f.example", "-"));
        assertThat(header.addresses("to").get(1).name()).isEqualTo("B, C");
        assertThat(header.addresses("to").get(1).mailbox().orElseThrow().localPart())
                .isEqualTo("x y");
        assertThat(header.addresses("cc")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=?",
                "=?a?Q?",
                "(",
                "<",
                "\"",
                "a:",
                "@",
                ",",
                "=?utf-8?Q?=0D?= ",
                "\\",
                "\u00e9",
                "=?utf-8?q?x?=",
                " ",
                "a@b,",
                ";"
            })
    @Timeout(20)
    void aHostileValueOf256KilobytesIsReadInTime(String piece) {
        var text = "To: " + piece.repeat(256 * 1024 / piece.length()) + "\r\n";
        var header = header(text);
        var start = System.nanoTime();
        header.first("To");
        header.addresses("To");
        MimeValue.parse(header.fields().getFirst().value()).parameter("x");
        new FieldList().append("To", piece.repeat(256 * 1024 / piece.length()));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void aMessageWithoutAnEmptyLineHasTheTextBeforeTheFirstLineThatIsNoFieldAsHeader() throws Exception {
        var message = message("A: b\r\n c\r\nthis is text\r\nC: d\r\n");
        assertThat(message.headers().fields()).extracting(HeaderField::name).isEqualTo(List.of("A"));
        assertThat(Receiving.read(message.body().open())).isEqualTo("this is text\r\nC: d\r\n");
        assertThat(Receiving.written(message)).isEqualTo("A: b\r\n c\r\n\r\nthis is text\r\nC: d\r\n");
        assertThat(message.size()).isEqualTo(Receiving.written(message).length());
    }
}
