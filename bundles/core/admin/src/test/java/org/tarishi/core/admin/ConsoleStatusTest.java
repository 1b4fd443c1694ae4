package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleStatusTest {
    private static Map<String, Object> http(String... endpoints) {
        return Map.of("osgi.http.endpoint", endpoints);
    }

    private static Map<String, Object> status(boolean ready, String line) {
        return Map.of("ready", ready, "lines", List.of(line));
    }

    @Test
    void theConsoleIsReadyWhenItHasAccountsAndAPort(@TempDir Path data) {
        var access = new Access(Examples.SETTINGS, data, new TestClock(), new SecureRandom());

        assertThat(new ConsoleStatus(access, http("http://127.0.0.1:8080/", "http://[::1]:8080/")).get())
                .isEqualTo(status(true, "http://127.0.0.1:8080/tarishi/"));
        assertThat(new ConsoleStatus(access, http()).get())
                .isEqualTo(status(false, "no port is bound; the log says why"));
        assertThat(new ConsoleStatus(access, null).get())
                .isEqualTo(status(false, "no port is bound; the log says why"));
        assertThat(new ConsoleStatus(null, http("http://127.0.0.1:8080/")).get())
                .isEqualTo(status(false, "closed, its settings or its accounts can't be used; the log says why"));
    }
}
