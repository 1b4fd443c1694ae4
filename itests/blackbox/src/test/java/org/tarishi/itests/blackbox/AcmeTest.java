package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Ports;

/** The plugin acme as it ships: it does nothing until it is told to, and says in one line why an authority could not be asked. */
@Timeout(240)
class AcmeTest {

    private static final String ACME = "org.tarishi.plugin.acme";

    @Test
    void asShippedItAsksNobodyAndAnAuthorityThatIsDownIsToldInOneLineAndAskedNoOftener(@TempDir Path root)
            throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            var status = instance.cli("acme", "status");
            assertThat(status.code()).as(status.out()).isZero();
            assertThat(status.out()).contains("no certificate is wanted");
            assertThat(instance.base().resolve("data/acme")).doesNotExist();

            long since = instance.log().length();
            var set = instance.cli(
                    "config",
                    "set",
                    ACME,
                    "directory=https://127.0.0.1:" + Ports.free() + "/directory",
                    "termsAgreed=true",
                    "certificates=[ \"mx.example.com\" ]");
            assertThat(set.code()).as(set.out()).isZero();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !instance.logged(since, " ERROR ").isEmpty());
            assertThat(instance.logged(since, " ERROR "))
                    .singleElement()
                    .asString()
                    .contains("[mx.example.com]: no certificate was got: the authority can't be reached");

            var failed = instance.cli("acme", "status");
            assertThat(failed.out()).contains("mx.example.com", "none yet", "failed once");
            var now = instance.cli("acme", "renew", "mx.example.com");
            assertThat(now.code()).isEqualTo(1);
            assertThat(instance.cli("acme", "status").out()).contains("failed 2 times");

            // A restart is no new reason to ask.
            assertThat(instance.stop()).isZero();
            long again = instance.log().length();
            instance.start();
            assertThat(instance.cli("acme", "status").out()).contains("failed 2 times");
            assertThat(instance.logged(again, " ERROR ")).isEmpty();
            try (var files = Files.walk(instance.base().resolve("conf"))) {
                assertThat(files).noneMatch(file -> file.endsWith("acme.pem"));
            }
        }
    }
}
