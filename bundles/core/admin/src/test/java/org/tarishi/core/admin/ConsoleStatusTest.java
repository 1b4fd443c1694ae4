package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleStatusTest {
    private static final Map<String, Object> HTTP = http("http://127.0.0.1:8080/", "http://[::1]:8080/");

    private Access access;

    @BeforeEach
    void access(@TempDir Path data) {
        access = new Access(Examples.SETTINGS, data, new TestClock(), new SecureRandom());
    }

    private static Map<String, Object> http(String... endpoints) {
        return Map.of("osgi.http.endpoint", endpoints);
    }

    private static Map<String, Object> status(boolean ready, String line) {
        return Map.of("ready", ready, "lines", List.of(line));
    }

    @Test
    void theConsoleIsReadyWhenItHasAccountsAndAPort() {
        var done = new FirstStart(access, HTTP, null);

        assertThat(new ConsoleStatus(access, HTTP, done).get())
                .isEqualTo(status(true, "http://127.0.0.1:8080/tarishi/"));
        assertThat(new ConsoleStatus(access, http(), done).get())
                .isEqualTo(status(false, "no port is bound; the log says why"));
        assertThat(new ConsoleStatus(access, null, null).get())
                .isEqualTo(status(false, "no port is bound; the log says why"));
        assertThat(new ConsoleStatus(null, HTTP, null).get())
                .isEqualTo(status(false, "closed, its settings or its accounts can't be used; the log says why"));
    }

    @Test
    void theConsoleIsNotReadyBeforeTheFirstPasswordIsKeptAndTold() {
        var told = new CopyOnWriteArrayList<String>();
        var mayTell = new CountDownLatch(1);
        var making = new FirstStart(access, HTTP, line -> {
            try {
                mayTell.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            told.add(line);
        });
        var status = new ConsoleStatus(access, HTTP, making);

        assertThat(status.get()).isEqualTo(status(false, "http://127.0.0.1:8080/tarishi/"));

        mayTell.countDown();
        await().untilAsserted(() -> assertThat(status.get()).isEqualTo(status(true, "http://127.0.0.1:8080/tarishi/")));
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("console: http://127.0.0.1:8080/tarishi/ user admin, password ");
        assertThat(access.users()).containsExactly("admin");
    }

    @Test
    void stoppingWaitsForTheFirstAccount() {
        var told = new CopyOnWriteArrayList<String>();
        var making = new FirstStart(access, HTTP, told::add);

        making.deactivate();

        assertThat(told).hasSize(1);
        assertThat(making.isDone()).isTrue();
    }

    @Test
    void anAccountThatIsThereIsNotMadeAgain() throws Exception {
        access.add("somebody");
        var told = new CopyOnWriteArrayList<String>();

        assertThat(new FirstStart(access, HTTP, told::add).isDone()).isTrue();

        assertThat(access.users()).containsExactly("somebody");
        assertThat(told).isEmpty();
    }
}
