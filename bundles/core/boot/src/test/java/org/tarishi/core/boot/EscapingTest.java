package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EscapingTest {

    @Test
    void whatEndsALineSteersATerminalOrReordersTextIsEscaped() {
        assertThat(Escaping.escape("a\r\nb\tc\u001b[2Jd\u0000e\u007ff\u009bg\u2028h\u202ei\u0085j\ufeffk"))
                .isEqualTo("a\\r\\nb\\tc\\u001b[2Jd\\u0000e\\u007ff\\u009bg\\u2028h\\u202ei\\u0085j\\ufeffk");
    }

    @Test
    void aSurrogateWithoutItsHalfIsEscaped() {
        assertThat(Escaping.escape("a\ud83db\ude00")).isEqualTo("a\\ud83db\\ude00");
    }

    @Test
    void noControlCharacterOfAnyKindPasses() {
        for (var c = 0; c <= 0xffff; c++) {
            if (Character.isISOControl(c)
                    || Character.getType(c) == Character.LINE_SEPARATOR
                    || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                    || Character.getType(c) == Character.SURROGATE) {
                assertThat(Escaping.escape("x" + (char) c + "y"))
                        .startsWith("x\\")
                        .endsWith("y");
            }
        }
    }

    @Test
    void ordinaryTextIsTheSameObject() {
        var text = "Grüße, 世界 \ud83d\ude00 C:\\temp";
        assertThat(Escaping.escape(text)).isSameAs(text);
    }
}
