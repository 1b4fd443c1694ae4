package org.tarishi.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SASLprep: the examples of RFC 4013 section 3, and each of its tables. */
final class SaslPrepTest {

    @ParameterizedTest(name = "{0} becomes {1}: {2}")
    @CsvSource(textBlock = """
        I\\u00adX,          IX,             RFC 4013 example 1
        user,               user,           example 2
        USER,               USER,           example 3 - case is kept
        \\u00aa,            a,              example 4 - NFKC
        \\u2168,            IX,             example 5 - NFKC
        a\\u00a0b,          a b,            a space beyond ASCII
        a\\u3000b,          a b,            an ideographic space
        a\\u200bb,          a b,            a space of no width
        a\\u2060b\\ufeff,   ab,             mapped to nothing
        a\\ufe0fb,          ab,             a variation selector
        e\\u0301,           \\u00e9,        composed
        \\u05d0\\u05d1,     \\u05d0\\u05d1, right to left
        \\u0627\\u0031\\u0628, \\u0627\\u0031\\u0628, a digit within right to left
        \\ud83d\\ude00,     \\ud83d\\ude00, what Unicode 3.2 did not have
        """)
    void namesBecomeWhatTheyMean(String text, String prepared, String why) {
        assertThat(SaslPrep.name(read(text))).as(why).contains(read(prepared));
    }

    @ParameterizedTest(name = "{0} is refused: {1}")
    @CsvSource(textBlock = """
        \\u0007,            RFC 4013 example 6 - control
        \\u0627\\u0031,     example 7 - ends left to right
        a\\u007f,           DEL
        a\\u0085,           control beyond ASCII
        a\\u2028,           line separator
        a\\ue000,           private use
        a\\ufdd0,           no character
        a\\uffff,           no character
        a\\ud800,           half a character
        a\\ufffd,           replacement
        a\\u2ff0,           description of an ideograph
        a\\u202e,           turns the direction
        \\udb40\\udc01a,    tag
        a\\u05d0,           two directions
        \\u05d0a\\u05d0,    two directions
        \\u00ad,            nothing is left
        """)
    void whatNobodyCanTypeOrSeeIsRefused(String text, String why) {
        assertThat(SaslPrep.name(read(text))).as(why).isEmpty();
    }

    /** Reads what Java source has as an escape; quotes of CSV aside. */
    private static String read(String text) {
        return Pattern.compile("\\\\u([0-9a-f]{4})")
                .matcher(text)
                .replaceAll(
                        match -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), 16))));
    }

    @Test
    void aPasswordIsPreparedInACopy() {
        var plain = "pencil".toCharArray();
        assertThat(SaslPrep.password(plain))
                .hasValueSatisfying(
                        prepared -> assertThat(prepared).isEqualTo(plain).isNotSameAs(plain));
        assertThat(SaslPrep.password("I\u00adX".toCharArray()))
                .hasValueSatisfying(prepared -> assertThat(prepared).containsExactly('I', 'X'));
        assertThat(SaslPrep.password(new char[0])).isEmpty();
        assertThat(SaslPrep.password("a\u0007".toCharArray())).isEmpty();
    }
}
