package org.tarishi.plugin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.outbound.Route;

class NextHopsTest {

    @Test
    void aHopIsAHostAndMaybeAPort() {
        assertThat(NextHops.parse("mx.a.example 192.0.2.1:2525  [2001:db8::1]:26 [2001:db8::1]"))
                .containsExactly(
                        Route.to("mx.a.example", 25),
                        Route.to("192.0.2.1", 2525),
                        Route.to("2001:db8::1", 26),
                        Route.to("2001:db8::1", 25));
    }

    @Test
    void aHopIsAUrlAndMaybeWithAUser() {
        assertThat(NextHops.parse("smtp://mx.a.example LMTP://mx.a.example lmtp://127.0.0.1:2424 /run/lmtp.sock"
                        + " smtp://ann%40a.example:p+s%3Aw@mx.a.example:587"))
                .containsExactly(
                        Route.to("mx.a.example", 25),
                        Route.to("mx.a.example", 24).withLmtp(),
                        Route.to("127.0.0.1", 2424).withLmtp(),
                        Route.to(Path.of("/run/lmtp.sock")).withLmtp(),
                        Route.to("mx.a.example", 587).withCredentials("ann@a.example", "p+s:w"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mx.a.example:0",
                "mx.a.example:65536",
                "mx.a.example:smtp",
                "-mx.a.example",
                "http://mx.a.example",
                "smtp://ann:s3cret@mx.a.example/path",
                "smtp://ann:s3cret@mx.a.example?q",
                "smtp://s3cret@mx.a.example",
                "smtp://:s3cret@mx.a.example",
                "smtp://ann:s3cret%zz@mx.a.example",
                "smtp://ann:s3cret@",
                "[2001:db8::1",
                "[::1%lo]:25",
                "{\"nexthop\":\"s3cret\"}"
            })
    void whatIsNoHopIsRefusedAndNothingOfItTold(String text) {
        assertThatThrownBy(() -> NextHops.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"))
                .satisfies(e -> assertThat(String.valueOf(e.getCause())).doesNotContain("s3cret"));
    }
}
