package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.plugin.authflatfile.Fixtures.password;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedTest {

    /** RFC 4013 section 3, and a few more. */
    @ParameterizedTest
    @CsvSource(textBlock = """
        I\u00adX, IX
        user, user
        USER, USER
        \u00aa, a
        \u2168, IX
        a\u00a0b, a b
        a\u3000b, a b
        e\u0301, \u00e9
        \u212b, \u00e5
        """)
    void whatLooksAlikeBecomesAlike(String typed, String prepared) {
        assertThat(Prepared.text(typed)).isEqualToIgnoringCase(prepared);
        try (var password = Prepared.password(password(typed))) {
            assertThat(new String(password.chars())).isEqualTo(Prepared.text(typed));
        }
    }

    /** RFC 4013 section 3 too: a control character, and digits behind what is written from right to left. */
    @ParameterizedTest
    @ValueSource(strings = {"\u0007", "a\u0085b", "\u06271", "\u0627a\u0628", "\ue000", "\ufffd", "\u200e", "\ud800"})
    void whatMustNotBeStoredIsTold(String text) {
        assertThat(Prepared.isFit(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "a b", "\u06271\u0628", "Gr\u00fc\u00dfe", "\u65e5\u672c", "\ud83d\udd11"})
    void whatMayBeStoredIsTold(String text) {
        assertThat(Prepared.isFit(text)).isTrue();
    }

    @Test
    void aPasswordIsWipedAndTellsNothingOfItself() {
        var password = password("hunter2");
        assertThat(password).hasToString("a password");
        var chars = password.chars();
        var bytes = password.bytes();

        password.close();

        assertThat(chars).containsOnly('\0');
        assertThat(bytes).containsOnly(0);
    }
}
