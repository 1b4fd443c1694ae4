package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Addresses of header fields that lack a domain, or have half of one. */
final class AddressCompletionTest {

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        ann                          | ann@example.com
        ann@host                     | ann@host.example.com
        ann , bob@host               | ann@example.com , bob@host.example.com
        Ann <ann>                    | Ann <ann@example.com>
        Ann Lee <ann@host>           | Ann Lee <ann@host.example.com>
        "Lee, Ann" <ann>, bob        | "Lee, Ann" <ann@example.com>, bob@example.com
        "ann lee"@host               | "ann lee"@host.example.com
        "ann lee"                    | "ann lee"@example.com
        <"a>b">                      | <"a>b"@example.com>
        ann (a, comment)             | ann@example.com (a, comment)
        ann.lee                      | ann.lee@example.com
        friends: ann, bob@host;      | friends: ann@example.com, bob@host.example.com;
        =?utf-8?Q?J=C3=B6rg?= <ann>  | =?utf-8?Q?J=C3=B6rg?= <ann@example.com>
        ann,                         | ann@example.com,
        """)
    void whatIsNotWholeIsCompleted(String text, String completed) {
        assertThat(new AddressCompletion(text, "example.com").completed()).contains(completed);
    }

    @ParameterizedTest(name = "{0} stays as it is")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        ann@full.example
        Ann <ann@full.example>
        ann@[192.0.2.1]
        <ann@[192.0.2.1]>
        Ann Lee
        undisclosed-recipients:;
        <>
        <@a,@b:ann@host>
        Ann <ann
        ann> lee
        "ann
        (ann
        Ann <a> <b>
        """)
    void whatIsWholeOrNoAddressStaysAsItIs(String text) {
        assertThat(new AddressCompletion(text, "example.com").completed()).isEmpty();
    }
}
