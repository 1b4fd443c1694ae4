package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    @Test
    void objectsListsTextsNumbersAndTruthsAreRead() {
        assertThat(Json.parse("""
                {"a": ["x", -7, true, false, {}, []], "b\\u0041": "\\"\\n\\\\"}
                """))
                .isEqualTo(Map.of("a", List.of("x", -7L, true, false, Map.of(), List.of()), "bA", "\"\n\\"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"a": 1 "b": 2}  | line 1: want ','
        {"a": 1, "a": 2} | line 1: 'a' stands twice
        {"a": null}      | line 1: want a value
        {"a": 1.5}       | line 1: want ','
        ["a"             | line 1: unfinished
        "a               | line 1: unfinished
        "\\u00g0"        | line 1: not four hexadecimal digits
        "\\u00           | line 1: unfinished
        [] []            | line 1: more than one value
        {a: 1}           | line 1: want a name in quotes
        """)
    void aWrongTextIsRefusedWithItsLine(String text, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.parse(text)).withMessage(message);
    }
}
