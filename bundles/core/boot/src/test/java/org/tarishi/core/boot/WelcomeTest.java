package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WelcomeTest {

    private static final String TEMPLATE = """
            Tarishi ${tarishi.version}
              ${status}
              console http://${console.address}/
              curl smtp://${listeners.address}
              ${tell}
            end
            """;

    @Test
    void allPlacesAreFilled() {
        var text = Welcome.text(
                TEMPLATE,
                Map.of("tarishi.version", "1"),
                Map.of("console", List.of("on [::1]:8080"), "listeners", List.of("smtp on 127.0.0.1:2525, 0 open")),
                List.of("password $1"));

        assertThat(text)
                .startsWith("Tarishi 1\n")
                .endsWith("""
                  console http://[::1]:8080/
                  curl smtp://127.0.0.1:2525
                  password $1
                end
                """)
                .contains("  console: on [::1]:8080\n", "  listeners: smtp on 127.0.0.1:2525, 0 open\n");
    }

    @Test
    void aLineThatNobodyCanFillIsLeftOut() {
        assertThat(Welcome.text(TEMPLATE, Map.of("tarishi.version", "1"), Map.of(), List.of()))
                .isEqualTo("Tarishi 1\nend\n");
    }
}
