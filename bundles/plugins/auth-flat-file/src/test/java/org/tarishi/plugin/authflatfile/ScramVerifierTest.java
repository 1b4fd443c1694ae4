package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.plugin.authflatfile.Fixtures.password;

import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {

    /** The examples of RFC 5802 section 5 and RFC 7677 section 3, as a server that sent those salts must have kept them. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
        SCRAM-SHA-1,   QSXCR+Q6sek8bf92, 6dlGYMOdZcOPutkcNY8U2g7vK9Y=, D+CSWLOshSulAsxiupA+qs2/fTE=
        SCRAM-SHA-256, W22ZaJ0SNY7soEsUEjb6gQ==, WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=, wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=
        """)
    void theKeysAreThoseOfTheRfcs(String mechanism, String salt, String storedKey, String serverKey) {
        try (var pencil = password("pencil")) {
            var verifier = ScramVerifier.of(
                    pencil, mechanism, 4096, Base64.getDecoder().decode(salt));

            assertThat(verifier.text()).isEqualTo(mechanism + "$4096:" + salt + "$" + storedKey + ":" + serverKey);
        }
    }

    @Test
    void whatIsMadeIsReadAsTheSameAndKnowsThePassword() {
        try (var right = password("pencil");
                var wrong = password("pencik")) {
            var made = ScramVerifier.of(right, "SCRAM-SHA-256", 5000, new SecureRandom());
            var read = ScramVerifier.parse(made.text());

            assertThat(read.text()).isEqualTo(made.text());
            assertThat(read.iterations()).isEqualTo(5000);
            assertThat(read.matches(right)).isTrue();
            assertThat(read.matches(wrong)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SCRAM-SHA-1",
                "SCRAM-SHA-512$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
                "SCRAM-SHA-1$4095:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
                "SCRAM-SHA-1$9999999999:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
                "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=",
                "SCRAM-SHA-256$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=",
                "SCRAM-SHA-1$4096:QSXCR$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE="
            })
    void whatIsNoVerifierIsRefusedWithoutTellingIt(String text) {
        assertThatThrownBy(() -> ScramVerifier.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("fTE=");
    }
}
