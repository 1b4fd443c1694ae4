package org.tarishi.plugin.xclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Domain;

class AttributesTest {

    private static final Set<Attribute> ALL = EnumSet.allOf(Attribute.class);

    @Test
    void pairsAreReadWhateverTheirCaseAndTheBlanksBetween() throws BadAttributeException {
        var said = Attributes.parse(" name=mx.example   ADDR=192.0.2.7 port=25 Proto=esmtp ", ALL);

        assertThat(said.name()).contains(Domain.parse("mx.example"));
        assertThat(said.address(Attribute.ADDR)).contains(InetAddress.ofLiteral("192.0.2.7"));
        assertThat(said.port(Attribute.PORT)).isEqualTo(25);
        assertThat(said.text(Attribute.PROTO)).contains("ESMTP");
        assertThat(said.has(Attribute.HELO)).isFalse();
    }

    @Test
    void anIpv6AddressHasItsWordInFront() throws BadAttributeException {
        assertThat(Attributes.parse("ADDR=IPV6:2001:db8::7", ALL).address(Attribute.ADDR))
                .contains(InetAddress.ofLiteral("2001:db8::7"));
        assertThat(Attributes.parse("DESTADDR=ipv6:::1", ALL).address(Attribute.DESTADDR))
                .contains(InetAddress.ofLiteral("::1"));
    }

    @ParameterizedTest
    @CsvSource({
        "LOGIN=a+2Bb@x.example, LOGIN, a+b@x.example",
        "LOGIN=a+2bb, LOGIN, a+b",
        "HELO=+5B192.0.2.1+5D, HELO, [192.0.2.1]",
        "HELO=a=b, HELO, a=b",
        "LOGIN=+C3+BC, LOGIN, ü",
        "LOGIN=two+20words, LOGIN, two words",
        "SOURCE=local, SOURCE, LOCAL"
    })
    void valuesAreXtext(String argument, Attribute attribute, String text) throws BadAttributeException {
        assertThat(Attributes.parse(argument, ALL).text(attribute)).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[UNAVAILABLE]", "[TEMPUNAVAIL]", "[unavailable]", "+5BUNAVAILABLE+5D"})
    void whatIsNotToBeHadWasNamedAllTheSame(String word) throws BadAttributeException {
        for (var attribute : ALL) {
            var said = Attributes.parse(attribute + "=" + word, ALL);

            assertThat(said.has(attribute)).isTrue();
            assertThat(said.text(attribute)).isEmpty();
        }
        assertThat(Attributes.parse("PORT=" + word, ALL).port(Attribute.PORT)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "NAME",
                "=x",
                "NAME=",
                "NAME= x",
                "WHAT=x",
                "NAME=a NAME=b",
                "NAME=a name=[UNAVAILABLE]",
                "NAME=-a.example",
                "NAME=a b",
                "NAME=a\tADDR=192.0.2.1",
                "ADDR=300.1.1.1",
                "ADDR=1.2.3",
                "ADDR=127.1",
                "ADDR=2001:db8::7",
                "ADDR=IPV6:192.0.2.1",
                "ADDR=IPV6:fe80::1%25eth0",
                "ADDR=localhost",
                "ADDR=192.0.2.1]",
                "PORT=65536",
                "PORT=-1",
                "PORT=0x19",
                "PORT=٣",
                "PROTO=SMTPS",
                "SOURCE=HERE",
                "LOGIN=a+",
                "LOGIN=a+2",
                "LOGIN=a+2G",
                "LOGIN=ü",
                "LOGIN=a+0D+0Ab",
                "LOGIN=+00",
                "LOGIN=+C3",
                "LOGIN=+E2+80+A8",
                "LOGIN=+E2+80+AE",
                "HELO=a+7F"
            })
    void whatIsNotWellFormedIsRefused(String argument) {
        assertThatThrownBy(() -> Attributes.parse(argument, ALL)).isInstanceOf(BadAttributeException.class);
    }

    @Test
    void aValueHasAtMost255Characters() throws BadAttributeException {
        assertThat(Attributes.parse("HELO=" + "a".repeat(255), ALL).text(Attribute.HELO))
                .isPresent();
        assertThatThrownBy(() -> Attributes.parse("HELO=" + "a".repeat(256), ALL))
                .isInstanceOf(BadAttributeException.class);
    }

    @Test
    void anAttributeOfTheOtherVerbIsNotKnown() {
        assertThatThrownBy(() -> Attributes.parse("IDENT=x", EnumSet.of(Attribute.NAME)))
                .isInstanceOf(BadAttributeException.class);
    }

    @Test
    void nothingThatComesMakesItFailOrLetsAControlCharacterThrough() {
        var random = new Random(7);
        var alphabet = "NAMEADDRPORTHELOLOGIN=+[]:. 0123456789abcdefABCDEF\r\n\0ü\u2028-_%@";
        for (int i = 0; i < 200_000; i++) {
            var text = new StringBuilder(random.nextBoolean() ? "LOGIN=" : "ADDR=");
            for (int n = random.nextInt(24); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                for (var value : Attributes.parse(text.toString(), ALL).values().values()) {
                    value.ifPresent(
                            said -> assertThat(said.chars()).noneMatch(c -> c < ' ' || c == 0x7f || c == 0x2028));
                }
            } catch (BadAttributeException e) {
                assertThat(e.words()).isNotBlank().matches("[ -~]+");
            }
        }
    }
}
