package org.tarishi.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the parameters of MAIL and RCPT say. */
final class EnvelopeParametersTest {

    @ParameterizedTest
    @CsvSource({"a+2Bb,a+b", "abc,abc", "+20,' '", "+C3+A4,ä"})
    void xtextIsDecodedAndEncodedAgain(String xtext, String text) {
        assertThat(Xtext.decode(xtext)).hasValue(text);
        assertThat(Xtext.encode(text)).isEqualTo(xtext);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+", "a+2", "+2b", "+zz", "a b", "a=b", "ä", "+FF"})
    void whatIsNoXtextIsNotDecoded(String text) {
        assertThat(Xtext.decode(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "rfc822;x@y,rfc822,x@y",
        "rfc822;a+2Bb@y,rfc822,a+b@y",
        "x400;/c+3Dus,x400,/c=us",
        "utf-8;\\x{E4}@y,utf-8,ä@y",
        "UTF-8;a\\x{2B}b\\x{1F600}@y,UTF-8,a+b😀@y",
    })
    void anOriginalRecipientIsReadAndWrittenAgain(String value, String type, String address) {
        assertThat(OriginalRecipient.parse(value)).hasValue(new OriginalRecipient(type, address));
        assertThat(new OriginalRecipient(type, address)).hasToString(value);
    }

    @Test
    void anOriginalRecipientBeyondAsciiMayStandAsItIsAndGoesOutInAscii() {
        assertThat(OriginalRecipient.parse("utf-8;ä@y"))
                .hasValueSatisfying(original -> assertThat(original).hasToString("utf-8;\\x{E4}@y"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "x",
                "rfc822;",
                ";x",
                "a b;x",
                "rfc822;ä",
                "utf-8;\\x{}",
                "utf-8;\\x{ZZ}",
                "utf-8;\\x{E4",
                "utf-8;a+b",
                "utf-8;\\x{110000}",
                "utf-8;\\x{0A}"
            })
    void whatIsNoOriginalRecipientIsNotRead(String value) {
        assertThat(OriginalRecipient.parse(value)).isEmpty();
    }

    @Test
    void neverStandsAlone() {
        assertThat(NotifyOn.parse("never")).hasValue(Set.of(NotifyOn.NEVER));
        assertThat(NotifyOn.parse("DELAY,success")).hasValue(Set.of(NotifyOn.DELAY, NotifyOn.SUCCESS));
        assertThat(NotifyOn.parse("NEVER,DELAY")).isEmpty();
        assertThat(NotifyOn.parse("DELAY,DELAY")).isEmpty();
        assertThat(NotifyOn.parse("")).isEmpty();
    }

    @Test
    void aReversePathTellsWhatItsParametersSay() {
        var path = ReversePath.NULL.withParameters(EsmtpParameters.of(Map.of(
                "BODY", "binarymime",
                "RET", "hdrs",
                "ENVID", "a+20b",
                "MT-PRIORITY", "-3",
                "HOLDFOR", "60",
                "HOLDUNTIL", "2026-11-21T01:00:00+01:00")));
        assertThat(path.bodyType()).hasValue(BodyType.BINARY_MIME);
        assertThat(path.returnContent()).hasValue(ReturnContent.HDRS);
        assertThat(path.envelopeId()).hasValue("a b");
        assertThat(path.priority()).hasValue(-3);
        assertThat(path.holdFor()).hasValue(Duration.ofMinutes(1));
        assertThat(path.holdUntil()).hasValue(Instant.parse("2026-11-21T00:00:00Z"));
    }

    @Test
    void whatIsNoValueIsTakenForNotGiven() {
        var path = ReversePath.NULL.withParameters(EsmtpParameters.of(
                Map.of("BODY", "x", "RET", "x", "ENVID", "+", "MT-PRIORITY", "10", "HOLDFOR", "0", "HOLDUNTIL", "x")));
        assertThat(path.bodyType()).isEmpty();
        assertThat(path.returnContent()).isEmpty();
        assertThat(path.envelopeId()).isEmpty();
        assertThat(path.priority()).isEmpty();
        assertThat(path.holdFor()).isEmpty();
        assertThat(path.holdUntil()).isEmpty();
    }
}
