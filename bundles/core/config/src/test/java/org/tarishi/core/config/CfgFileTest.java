package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.core.config.CfgFile.Value;

/** The syntax of a settings file. */
class CfgFileTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        k = v                       | v
        k=v                         | v
        ` k\t=  a b = c # d ` | a b = c # d
        k =                         | ``
        k = "a"                     | a
        k = " a "                   | ` a `
        k = "a\\"b\\\\c\\n\\u00e9"  | `a"b\\c\né`
        k = C:\\dir\\x              | C:\\dir\\x
        k = müller                  | müller
        k = a "b"                   | a "b"
        `\ufeffk = v`               | v
        """)
    void aValueGoesToTheEndOfItsLineOrStandsInQuotes(String text, String value) throws Exception {
        assertThat(CfgFile.parse(text).values()).containsExactly(java.util.Map.entry("k", Value.one(value)));
        assertThat(CfgFile.parse(text + "\r\n").values().get("k")).isEqualTo(Value.one(value));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        k = []                              | ``
        k = [ "a", "b" ]                    | a/b
        k=["a","b",]                        | a/b
        `k = [ # one\n "a", # two\n "b"\n]` | a/b
        k = [ a, b c ]                      | a/b c
        k = [ "a, b", "]" ]                 | a, b/]
        `k = [\r\n"a"\r\n]`                 | a
        """)
    void aListMayGoOverLines(String text, String items) throws Exception {
        var wanted = items.isEmpty() ? List.<String>of() : List.of(items.split("/"));
        assertThat(CfgFile.parse(text).values().get("k")).isEqualTo(Value.many(wanted));
    }

    @ParameterizedTest(name = "{0}: {1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        `# a\nport 25`            | 2 | want key = value, or # before a comment
        = 25                      | 1 | want a key before the =
        `a b = c`                 | 1 | want a key of letters, digits, '.', '-', '_' before the =
        `a = 1\n\nb = 2\na = 3`   | 4 | a: stands on line 1 already
        k = "a                    | 1 | a quote has no end on this line
        k = "a" b                 | 1 | nothing may follow the closing quote; inside quotes, write \\" for a quote
        k = "\\x"                 | 1 | in quotes, \\ goes before " \\ n r t u only
        k = "\\u12g4"             | 1 | want four hexadecimal digits after \\u
        k = "\\u12                | 1 | want four hexadecimal digits after \\u
        `\nk = [ "a",\n "b"\n`    | 2 | the list that begins here has no ]
        `k = [ "a"\n "b" ]`       | 2 | want , or ] after an item of a list
        `k = [ "a",\n, "b" ]`     | 2 | want an item of a list, such as "a"
        k = [ [ ] ]               | 1 | want an item of a list, such as "a"
        k = [::1]:25              | 1 | nothing may follow the ]; a value that begins with [ and is no list stands in quotes
        """)
    void anErrorNamesItsLine(String text, int line, String reason) {
        assertThatThrownBy(() -> CfgFile.parse(text)).isInstanceOfSatisfying(CfgSyntaxException.class, e -> {
            assertThat(e).hasMessage(reason);
            assertThat(e.line()).isEqualTo(line);
        });
    }

    @Test
    void aChangedValueLeavesAllElseAsItWas() throws Exception {
        var text = "\ufeff# one\r\n a  =  1\r\n\r\nlist = [ # why\r\n  \"x\" ]\r\n# end";
        var file = CfgFile.parse(text);

        assertThat(file.text()).isEqualTo(text);
        assertThat(file.with("a", Value.one("1"))).isSameAs(file);
        assertThat(file.with("list", Value.many(List.of("x", "y"))).text())
                .isEqualTo("\ufeff# one\r\n a  =  1\r\n\r\nlist = [ \"x\", \"y\" ]\r\n# end");
        assertThat(file.with("b", Value.one("2")).text()).isEqualTo(text + "\nb = 2\n");
        assertThat(file.without("a").text()).isEqualTo("\ufeff# one\r\n\r\nlist = [ # why\r\n  \"x\" ]\r\n# end");
        assertThat(file.line("list")).isEqualTo(4);
    }

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsWrittenIsReadAgainAndTheRestIsKept(int seed) throws Exception {
        var random = new Random(seed);
        var values = new LinkedHashMap<String, Value>();
        var comments = new ArrayList<String>();
        var text = new StringBuilder();
        for (var i = 0; i < random.nextInt(8); i++) {
            var comment = "# " + i + text(random).replaceAll("[\r\n]", "");
            comments.add(comment);
            var value = value(random);
            values.put("key" + i, value);
            text.append(comment)
                    .append("\n")
                    .append("key" + i + " = " + value)
                    .append(random.nextBoolean() ? "\n" : "\r\n\n");
        }
        var file = CfgFile.parse(text.toString());
        assertThat(file.values()).isEqualTo(values);
        assertThat(file.text()).isEqualTo(text.toString());

        var key = "key" + random.nextInt(9);
        var value = value(random);
        values.put(key, value);
        var changed = CfgFile.parse(file.with(key, value).text());
        assertThat(changed.values()).isEqualTo(values);
        assertThat(changed.text()).contains(comments);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anyTextIsReadOrRefusedAndNeverBreaksTheReader(int seed) {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < 200; i++) {
            text.append("k=[]\",#\\\n\r \0\tu1v".charAt(random.nextInt(16)));
            try {
                assertThat(CfgFile.parse(text.toString()).text()).isEqualTo(text.toString());
            } catch (CfgSyntaxException e) {
                assertThat(e.line())
                        .isBetween(
                                1, 1 + (int) text.chars().filter(c -> c == '\n').count());
            }
        }
    }

    private static Value value(Random random) {
        return random.nextBoolean()
                ? Value.one(text(random))
                : Value.many(IntStream.range(0, random.nextInt(4))
                        .mapToObj(i -> text(random))
                        .toList());
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (var i = 0; i < random.nextInt(8); i++) {
            text.append("ab \"\\[],#=\n\r\té\u0085\u2028😀".charAt(random.nextInt(15)));
        }
        return text.toString();
    }
}
