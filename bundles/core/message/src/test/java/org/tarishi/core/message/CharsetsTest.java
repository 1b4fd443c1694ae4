package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class CharsetsTest {

    @Test
    void eachCharsetOfTheJdkIsFoundByEachOfItsNames() {
        for (var charset : Charset.availableCharsets().values()) {
            assertThat(Charsets.isKnown(" " + charset.name().toUpperCase(Locale.ROOT)))
                    .isTrue();
            for (var alias : charset.aliases()) {
                var known = Charset.forName(alias);
                assertThat(Charsets.isKnown(alias)).as(alias).isTrue();
                assertThat(Charsets.find(alias).orElse(StandardCharsets.US_ASCII))
                        .as(alias)
                        .isEqualTo(known);
            }
        }
    }

    /** The JDK looks for each unknown name through all its providers, a third of a millisecond each. */
    @Test
    void noPeerCanHaveTheJdkLookForCharsets() throws IOException {
        var words = new StringBuilder();
        var parameters = new StringBuilder("text/plain");
        for (int i = 0; i < 100; i++) {
            words.append("=?x-none-").append(i).append("?Q?a?= ");
            parameters.append("; p").append(i).append("*=x-none-p").append(i).append("''a%41");
        }
        int asked = CountingCharsets.ASKED.get();

        assertThat(HeaderText.decode(words.toString())).startsWith("=?x-none-0?Q?a?= =?x-none-1?Q?a?=");
        assertThat(MimeValue.parse(parameters.toString()).parameter("p99")).hasValue("aA");
        for (int i = 0; i < 100; i++) {
            var text = new ByteArrayInputStream("Grüße".getBytes(StandardCharsets.UTF_8));
            assertThat(Charsets.read(text, "x-none-t" + i, 100)).isEqualTo("Grüße");
        }

        assertThat(CountingCharsets.ASKED.get()).isEqualTo(asked);
    }
}
