package org.tarishi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

/** The isemail cases: what RFC 5321 allows is read, what it does not is refused. */
final class IsEmailTest {

    /** Categories of addresses that may stand in an SMTP command; the others are for header fields, or for nothing. */
    private static final Set<String> SMTP = Set.of("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321");

    static Stream<Case> cases() throws Exception {
        try (var in = IsEmailTest.class.getResourceAsStream("/isemail/tests.xml")) {
            var nodes = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getElementsByTagName("test");
            var cases = IntStream.range(0, nodes.getLength())
                    .mapToObj(i -> Case.of((Element) nodes.item(i)))
                    .toList();
            assertThat(cases).hasSize(164);
            return cases.stream();
        }
    }

    record Case(String id, String address, String category, String diagnosis) {

        static Case of(Element test) {
            return new Case(
                    test.getAttribute("id"),
                    controls(text(test, "address")),
                    text(test, "category"),
                    text(test, "diagnosis"));
        }

        private static String text(Element test, String name) {
            return test.getElementsByTagName(name).item(0).getTextContent();
        }

        /** The suite writes a control character as its picture, U+2400 and on. */
        private static String controls(String text) {
            return text.chars()
                    .map(c -> c >= 0x2400 && c < 0x2420 ? c - 0x2400 : c)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void anAddressIsReadExactlyWhenSmtpAllowsIt(Case test) {
        var refused = catchThrowable(() -> Mailbox.parse(test.address()));

        if (SMTP.contains(test.category())) {
            assertThat(refused).as(test.toString()).isNull();
        } else {
            assertThat(refused).as(test.toString()).isInstanceOf(AddressSyntaxException.class);
        }
    }
}
