package org.tarishi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', textBlock = """
            <>                              | <>
            <a@b.example>                   | <a@b.example>
            <A.b@B.Example>                 | <A.b@b.example>
            <@r.example:a@b.example>        | <a@b.example>
            <@r.example,@s.example:a@b.example> | <a@b.example>
            <"a b"@b.example>               | <"a b"@b.example>
            <"ab"@b.example>                | <ab@b.example>
            <"a\\"b"@b.example>             | <"a\\"b"@b.example>
            <a@[192.0.2.1]>                 | <a@[192.0.2.1]>
            <a@localhost>                   | <a@localhost>
            <jürgen@müller.example>         | <jürgen@müller.example>
            <a@xn--mller-kva.example>       | <a@müller.example>
            """)
    void aPathIsReadAndWritten(String path, String form) {
        assertThat(ReversePath.parse(path)).hasToString(form);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            a@b.example            | want < at position 1
            <a@b.example           | want > at position 13
            <a@b.example>x         | text behind the address at position 14
            <a>                    | want @ at position 3
            <@b.example>           | character not allowed in a domain at position 12
            <@b.example            | want , or : in a source route at position 12
            <a..b@c.example>       | misplaced dot in local part at position 4
            <.a@c.example>         | misplaced dot in local part at position 2
            <a.@c.example>         | misplaced dot in local part at position 3
            <a b@c.example>        | want @ at position 3
            <"a@c.example>         | quotes not closed at position 15
            <a@>                   | domain missing at position 4
            <a@b..example>         | empty label in domain at position 6
            <a@-b.example>         | label begins or ends with a hyphen at position 4
            <a@b_c.example>        | character not allowed in a domain at position 5
            <a@[300.1.1.1]>        | want 0 to 255 without leading zeros at position 5
            <a@[1.2.3.04]>         | want 0 to 255 without leading zeros at position 11
            <a@[IPv6:zz::1]>       | want an IPv6 address at position 10
            <a@[1.2.3.4>           | want an address literal in brackets at position 4
            """)
    void aBadPathIsRefusedWithReasonAndPlace(String path, String message) {
        assertThatThrownBy(() -> ReversePath.parse(path)).hasMessage(message);
    }

    @Test
    void aRecipientIsNeverEmpty() {
        assertThatThrownBy(() -> Recipient.parse("<>")).isInstanceOf(AddressSyntaxException.class);
    }

    @Test
    void aLocalPartHas64OctetsAtMost() {
        assertThat(Mailbox.parse("a".repeat(64) + "@b.example").localPart()).hasSize(64);
        assertThatThrownBy(() -> Mailbox.parse("a".repeat(65) + "@b.example")).hasMessageContaining("64 octets");
        assertThatThrownBy(() -> Mailbox.parse("ü".repeat(33) + "@b.example")).hasMessageContaining("64 octets");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"a\u0000b\"@c.example", "\"a\rb\"@c.example", "\"a\\\nb\"@c.example", "a\u0085b@c.example"})
    void aControlCharacterIsNoPartOfAnAddress(String address) {
        assertThatThrownBy(() -> Mailbox.parse(address)).isInstanceOf(AddressSyntaxException.class);
    }

    @Test
    void whatIsReadIsReadAgainFromItsForm() {
        for (var text :
                new String[] {"a@b.example", "\"x y\\\\\"@[IPv6:2001:db8::1]", "\"\"@b.example", "ü@ß.example"}) {
            var once = Mailbox.parse(text);
            assertThat(Mailbox.parse(once.address())).isEqualTo(once);
            assertThat(Mailbox.parse(once.asciiAddress()).host()).isEqualTo(once.host());
        }
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "faß.de, xn--fa-hia.de",
        "MÜLLER.example, xn--mller-kva.example",
        "例え.テスト, xn--r8jz45g.xn--zckzah",
        "пример.испытание, xn--e1afmkfd.xn--80akhbyknj4f",
        "xn--fa-hia.de, xn--fa-hia.de",
    })
    void aDomainHasItsALabel(String text, String ascii) {
        assertThat(Domain.parse(text).ascii()).isEqualTo(ascii);
        assertThat(Domain.parse(ascii)).isEqualTo(Domain.parse(text));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "xn--a",
                "xn--99999999",
                // What the last digit adds is beyond an int.
                "xn--nnx10000667xnr006",
                // Not in NFC: it would be another name when it is read again.
                "xn--vGGvGGGGGGGGGGGG",
                // What it says begins with a hyphen.
                "xn--jC1n--jC11--jC11AAAAAAAAcAAAAAAAAAcA"
            })
    void anALabelThatSaysNothingIsShownAsItIs(String label) {
        var domain = Domain.parse(label + ".example");

        assertThat(domain.unicode()).isEqualToIgnoringCase(label + ".example");
        assertThat(Domain.parse(domain.unicode())).isEqualTo(domain);
    }

    @Test
    void aDomainIsWithinItselfAndItsParents() {
        var domain = Domain.parse("a.b.example");
        assertThat(domain.isWithin(Domain.parse("b.example"))).isTrue();
        assertThat(domain.isWithin(domain)).isTrue();
        assertThat(domain.isWithin(Domain.parse("xb.example"))).isFalse();
        assertThat(Domain.parse("xb.example").isWithin(Domain.parse("b.example")))
                .isFalse();
    }

    @Test
    void parametersKnowTheirKeywordsWithoutCase() {
        var parameters = EsmtpParameters.of(java.util.Map.of("size", "100"));
        assertThat(parameters.value("SIZE")).contains("100");
        assertThat(parameters).hasToString("SIZE=100");
        assertThatThrownBy(() -> EsmtpParameters.of(java.util.Map.of("a b", "")))
                .hasMessage("no keyword: a b");
        assertThatThrownBy(() -> EsmtpParameters.of(java.util.Map.of("A", "x=y")))
                .hasMessage("no value of A: x=y");
    }
}
