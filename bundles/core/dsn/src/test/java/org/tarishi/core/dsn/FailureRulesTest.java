package org.tarishi.core.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.FailureClasses;

class FailureRulesTest {

    private static final Pattern REPLY = Pattern.compile("(\\d{3})[ -](?:#?([245]\\.\\d{1,3}\\.\\d{1,3}) )?(.*)");

    private static final FailureRules SHIPPED = FailureRules.shipped();

    record Row(String expected, String host, String reply) {

        static Row of(String line) {
            var parts = line.split("\\|", 3);
            return new Row(parts[0].strip(), parts[1].strip(), parts[2].strip());
        }
    }

    /** A reply as the client reads it: the status apart, when it is of the code's class. */
    private static Reply reply(String line) {
        var match = REPLY.matcher(line);
        assertThat(match.matches()).as(line).isTrue();
        int code = Integer.parseInt(match.group(1));
        var status = match.group(2) == null ? null : EnhancedStatus.parse(match.group(2));
        return new Reply(code, status, List.of(match.group(3)));
    }

    static Stream<Row> replies() throws IOException {
        try (var in = FailureRulesTest.class.getResourceAsStream("replies.txt")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Row::of).toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replies")
    void theShippedRulesTellApartWhatProvidersSay(Row row) {
        var host = row.host.equals("-") ? null : row.host;
        assertThat(SHIPPED.classify(reply(row.reply), host)).isEqualTo(row.expected);
    }

    @Test
    void theRepliesAreManyAndOfEveryClass() throws Exception {
        var rows = replies().toList();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(150).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(rows.stream().map(Row::expected).toList())).isEqualTo(new TreeSet<>(constants()));
    }

    private static List<String> constants() {
        return Arrays.stream(FailureClasses.class.getFields())
                .map(field -> {
                    try {
                        return (String) field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private static FailureRules rules(String text) throws BadFileException {
        return FailureRules.of("rules", text.getBytes(UTF_8));
    }

    @Test
    void theFirstRuleThatFitsCounts() throws Exception {
        var rules = rules("own status=5.7.x text=house\r\n\r\n# a word\r\nother-one code=5xx\r\n");
        assertThat(rules.classify(reply("550 5.7.1 Rule of the HOUSE"), null)).isEqualTo("own");
        assertThat(rules.classify(reply("550 5.7.1 no"), null)).isEqualTo("other-one");
        assertThat(rules.classify(reply("450 4.7.1 house"), null)).isEqualTo(FailureClasses.OTHER);
    }

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            host=mx.example        | mx.example       | true
            host=mx.example        | MX.Example       | true
            host=mx.example        | a.mx.example     | false
            host=.example          | mx.example       | true
            host=.example          | example          | true
            host=.example          | notexample       | false
            host=a.example,.b.test | mx.b.test        | true
            host=.example          | -                | false
            code=5xx               | -                | true
            code=55x,421           | -                | true
            code=450               | -                | false
            status=x.1.1           | -                | true
            status=5.x.x           | -                | true
            status=4.x.x           | -                | false
            text=^no such .*here$  | -                | true
            text=such user$        | -                | false
            code=550 status=5.1.1 host=.example text=user | mx.example | true
            code=550 status=5.1.2 host=.example text=user | mx.example | false
            """)
    void everyConditionMustHold(String conditions, String host, boolean fits) throws Exception {
        var rules = rules("own " + conditions);
        assertThat(rules.classify(reply("550 5.1.1 No such user here"), host.equals("-") ? null : host))
                .isEqualTo(fits ? "own" : FailureClasses.OTHER);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            Own code=550         | want a class of lower-case letters
            own                  | want a condition behind the class own
            own code=50          | want a code such as 550 or 5xx: '50'
            own code=            | want a code such as 550 or 5xx: ''
            own status=5.1       | want a status such as 5.1.1
            own host=*.example   | want a host
            own colour=blue      | there is no condition colour
            own text=            | want a pattern
            own text=(           | no pattern
            own text=(a)\\1      | no pattern
            """)
    void aBadRuleIsRefusedByItsLine(String line, String reason) {
        assertThatThrownBy(() -> rules("# first\n" + line + "\n"))
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith("rules:2: ")
                .hasMessageContaining(reason);
    }

    @Test
    void whatIsNoTextIsRefused() {
        assertThatThrownBy(() -> FailureRules.of("rules", new byte[] {(byte) 0xff}))
                .isInstanceOf(BadFileException.class)
                .hasMessage("rules is not UTF-8");
        assertThatThrownBy(() -> rules("own text=a\u0007"))
                .isInstanceOf(BadFileException.class)
                .hasMessage("rules holds a control character");
        assertThatThrownBy(() -> rules("own code=550\n".repeat(2001)))
                .isInstanceOf(BadFileException.class)
                .hasMessage("rules has more than 2000 rules");
    }

    /** With an engine that goes back, each of these takes longer than the universe has. */
    @ParameterizedTest
    @ValueSource(strings = {"(a+)+$", "(a|aa)+$", "(.*a){25}$", "^(([a-z])+.)+[A-Z]([a-z])+$"})
    void noPatternTakesForEver(String pattern) throws Exception {
        var rules = rules("own text=" + pattern);
        var reply = new Reply(550, null, List.of("a".repeat(400) + "!", "a".repeat(400) + "!", "a".repeat(400) + "!"));
        var answer = org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> rules.classify(reply, null));
        assertThat(answer).isEqualTo(FailureClasses.OTHER);
    }
}
