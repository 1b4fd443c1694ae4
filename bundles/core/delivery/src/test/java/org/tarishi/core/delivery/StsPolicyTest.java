package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StsPolicyTest {

    @Test
    void aPolicyIsReadWhateverItsLineEndsAndWhatNobodyKnowsIsPassedOver() {
        var expected =
                new StsPolicy(StsPolicy.Mode.ENFORCE, List.of("mx.example", "*.mail.example"), Duration.ofDays(7));
        var text = "version: STSv1\nmode: enforce\nmx: MX.example\nmx: *.mail.example\nfuture: x\nmax_age: 604800\n";

        assertThat(StsPolicy.parse(text)).isEqualTo(expected);
        assertThat(StsPolicy.parse(text.replace("\n", "\r\n"))).isEqualTo(expected);
        assertThat(StsPolicy.parse(text + "mode: none\n")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example, true",
        "MX.Example, true",
        "a.mail.example, true",
        "a.b.mail.example, false",
        "mail.example, false",
        "other.example, false"
    })
    void aWildcardStandsForOneLabel(String host, boolean isAllowed) {
        var policy = new StsPolicy(StsPolicy.Mode.ENFORCE, List.of("mx.example", "*.mail.example"), Duration.ZERO);

        assertThat(policy.allows(host)).isEqualTo(isAllowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "mode: enforce\nmx: a\nmax_age: 1",
                "version: STSv2\nmode: enforce\nmx: a\nmax_age: 1",
                "version: STSv1\nmode: on\nmx: a\nmax_age: 1",
                "version: STSv1\nmode: enforce\nmax_age: 1",
                "version: STSv1\nmode: enforce\nmx: a",
                "version: STSv1\nmode: enforce\nmx: a\nmax_age: soon",
                "version: STSv1\nmode: enforce\nmx: a\nmax_age: -1",
                "version: STSv1\nmode: enforce\nmx: a\nmax_age: 99999999999"
            })
    void whatIsNoPolicyIsRefused(String text) {
        assertThatThrownBy(() -> StsPolicy.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noPolicyHoldsForLongerThanAYear() {
        var policy = StsPolicy.parse("version: STSv1\nmode: none\nmax_age: 9999999999");

        assertThat(policy.maxAge()).isEqualTo(Duration.ofDays(365).plusHours(6));
    }
}
