package org.tarishi.plugin.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The plugin as a whole: its thread, and what the command line says. */
@Timeout(120)
class AcmeCommandTest {

    @TempDir
    private Path root;

    private final TestTime time = new TestTime();
    private StubCa ca;
    private Map<String, Object> values;

    @BeforeEach
    void start() throws Exception {
        ca = new StubCa(time);
        values = Map.of(
                "certificates",
                new String[] {"mx.example.com"},
                "termsAgreed",
                true,
                "directory",
                ca.directory(),
                "trustedCa",
                ca.writeRoot(root).toString());
    }

    @AfterEach
    void stop() {
        ca.close();
    }

    private Acme acme() {
        return new Acme(
                Configs.settings(values),
                new Renewer.Folders(root.resolve("conf"), root.resolve("data")),
                time.waits(),
                _ -> {
                    var responder = new HttpResponder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                    ca.httpPort = responder.port();
                    return responder;
                });
    }

    private static String run(Acme acme, int code, String... words) {
        var out = new StringBuilder();
        var args = new java.util.ArrayList<String>(List.of("/"));
        args.addAll(Arrays.asList(words));
        assertThat(new AcmeCommand(acme).apply(args, out)).as(out.toString()).isEqualTo(code);
        return out.toString();
    }

    @Test
    void aCertificateIsGotAtOnceAndItsStateIsTold() {
        var acme = acme();
        assertThat(run(acme, 0, "status"))
                .contains(ca.directory(), "mx.example.com", "none yet", "will be asked for now");
        assertThat(run(acme, 0, "renew", "mx.example.com"))
                .isEqualTo("mx.example.com: in force until 2027-03-01T00:00:00Z\n");
        assertThat(run(acme, 0, "status"))
                .contains(
                        "in force until 2027-03-01T00:00:00Z, issued by CN=Stub Issuing",
                        "will be asked for at 2027-01-3")
                .doesNotContain("failed");
    }

    @Test
    void aFailureIsToldByBoth() {
        ca.isOtherKey = true;
        var acme = acme();
        assertThat(run(acme, 1, "renew", "mx.example.com")).contains("a certificate of another key");
        assertThat(run(acme, 0, "status")).contains("failed once: the authority sent a certificate of another key");
    }

    @Test
    void whatIsNotWantedIsToldWithWhatIs() {
        assertThat(run(acme(), 2, "renew", "b.example.com"))
                .contains("b.example.com is no certificate", "[mx.example.com]");
        assertThat(run(acme(), 2)).startsWith("usage: acme");
        assertThat(run(acme(), 2, "remove")).startsWith("usage: acme");
    }

    @Test
    void withoutSettingsItSaysWhereTheyAre() {
        values = Map.of();
        assertThat(run(acme(), 0, "status")).contains("certificates in org.tarishi.plugin.acme");
    }

    @Test
    void theThreadGetsWhatIsMissingAndHearsOfOtherSettingsAndEndsWithThePlugin() throws Exception {
        var acme = acme();
        acme.start();
        waitFor("mx.example.com");
        var other = new java.util.HashMap<>(values);
        other.put("certificates", new String[] {"mx.example.com", "b.example.com"});
        acme.modified(Configs.of(other));
        waitFor("b.example.com");
        acme.deactivate();

        assertThat(acme.isRunning()).isFalse();
        assertThat(ca.count("POST /newOrder")).isEqualTo(2);
    }

    private void waitFor(String name) {
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> java.nio.file.Files.exists(
                        root.resolve("conf/tls").resolve(name).resolve("acme.pem")));
    }
}
