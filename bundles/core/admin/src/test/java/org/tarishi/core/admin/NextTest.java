package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/tarishi/",
                "/system/console/bundles",
                "/system/console/bundles/12?x=/y&z=//a",
                "/system/console/configMgr/org.tarishi.core.admin~x",
                "/a/.hidden",
                "/a/..."
            })
    void aPathOfThisServerIsFollowed(String wish) {
        assertThat(Next.safe(wish)).isEqualTo(wish);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        ''
        https://evil.example/
        javascript:alert(1)
        evil.example
        //evil.example/
        ///evil.example/
        /\\evil.example/
        \\\\evil.example/
        /x\\..\\
        /.//evil.example/
        /x/..//evil.example/
        /x/../y
        /%2e%2e//evil.example
        /%2E/x
        /x//y
        ' /x'
        /x y
        /ünicode
        /x#fragment
        /tarishi/login
        /tarishi/login?next=/x
        /tarishi/logout
        """)
    void anythingElseLeadsHome(String wish) {
        assertThat(Next.safe(wish)).isEqualTo("/tarishi/");
    }

    @Test
    void aLineEndCannotBeSmuggledIntoTheAnswer() {
        assertThat(Next.safe("/x\r\nSet-Cookie: a=b")).isEqualTo("/tarishi/");
        assertThat(Next.safe("/x\t/evil")).isEqualTo("/tarishi/");
    }

    @Test
    void aPathWithoutEndIsNotFollowed() {
        assertThat(Next.safe("/" + "x".repeat(2000))).isEqualTo("/tarishi/");
    }
}
