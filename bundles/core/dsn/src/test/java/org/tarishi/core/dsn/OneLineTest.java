package org.tarishi.core.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneLineTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            plain|plain
            a\\r\\nb|a b
            a \\t\\0 b|a b
            \\r\\n|''
            \\u2028a\\u2029b\\u0085c|a b c
            a\\u202eb\\u2066c\\ufeff|abc
            \\ud800x|?x
            \\ud83d\\ude00|\\ud83d\\ude00
            """)
    void onlyHarmlessCharactersAreLeft(String text, String line) {
        assertThat(OneLine.of(unescaped(text), 100)).isEqualTo(unescaped(line));
    }

    @Test
    void aLongTextIsCutAndNeverInTheMiddleOfACharacter() {
        assertThat(OneLine.of("x".repeat(50), 10)).isEqualTo("x".repeat(10) + " [...]");
        assertThat(OneLine.of("\ud83d\ude00".repeat(9), 5)).isEqualTo("\ud83d\ude00\ud83d\ude00 [...]");
        assertThat(OneLine.of("x".repeat(10), 10)).isEqualTo("x".repeat(10));
    }

    @Test
    void fieldsAreFoldedHoweverLongTheirWords() {
        var lines = new HeaderLines()
                .add("X", "a ".repeat(100) + "\ud83d\ude00".repeat(1000))
                .toString();
        assertThat(lines.split("\r\n", -1))
                .allSatisfy(line -> assertThat(line.length()).isLessThan(250));
        assertThat(lines.replace("\r\n", "").replace(" ", ""))
                .isEqualTo("X:" + "a".repeat(100) + "\ud83d\ude00".repeat(1000));
        assertThat(new String(
                        new HeaderLines().add("X", "\ud83d\ude00".repeat(1000)).bytes(),
                        java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("?");
    }

    private static String unescaped(String text) {
        return java.util.regex.Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(text)
                .replaceAll(m -> java.util.regex.Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(m.group(1), 16))))
                .translateEscapes();
    }
}
