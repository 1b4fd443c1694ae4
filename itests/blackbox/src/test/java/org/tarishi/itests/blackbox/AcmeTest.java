package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.plugin.acme.StubCa;
import org.tarishi.plugin.acme.StubNameServer;

/**
 * The plugin acme as it ships: it does nothing until it is told to, says in one line why an authority could not be asked, and what it gets is
 * shown by the listeners at once.
 */
@Timeout(240)
class AcmeTest {

    private static final String ACME = "org.tarishi.plugin.acme";

    /** The name is in the zone that the name server takes updates of. */
    private static final String HOST = "mx.zone.example";

    @ParameterizedTest
    @ValueSource(strings = {"http-01", "dns-01"})
    void aCertificateIsGotAndRenewedAndTheListenersShowItWithoutARestart(String challenge, @TempDir Path root)
            throws Exception {
        int web = Ports.free();
        try (var ca = new StubCa(Clock.systemUTC());
                var names = new StubNameServer();
                var instance = Instance.in(root.resolve("base"))
                        .set("org.tarishi.core.tls", "checkEvery", "PT0.1S")
                        .start();
                var open = SmtpDialog.hello(instance.smtpPort())) {
            ca.validateByHttpAt(web);
            ca.validateByDnsAt(names);
            ca.writeRoot(instance.base().resolve("conf"));
            long since = instance.log().length();
            var set = instance.cli(
                    "config",
                    "set",
                    ACME,
                    "directory=" + ca.directory(),
                    "trustedCa=web-root.pem",
                    "termsAgreed=true",
                    "challenge=" + challenge,
                    "httpAddress=127.0.0.1",
                    "httpPort=" + web,
                    "dnsServer=" + names.address(),
                    "dnsWait=PT0S",
                    "certificates=[ \"" + HOST + "\" ]");
            assertThat(set.code()).as(set.out()).isZero();

            var trusting = trusting(ca);
            await().atMost(Duration.ofSeconds(60)).until(() -> isShown(instance, trusting));
            assertThat(instance.logged(since, " INFO ", HOST + ": a certificate for", "is in force until"))
                    .hasSize(1);
            var first = shown(instance, trusting);
            assertThat(first.getSubjectAlternativeNames()).hasToString("[[2, " + HOST + "]]");

            var renewed = instance.cli("acme", "renew", HOST);
            assertThat(renewed.code()).as(renewed.out()).isZero();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !shown(instance, trusting).equals(first));

            // Sessions notice nothing, and nothing is left of the proofs.
            open.send("NOOP").expect("250 ");
            assertThat(names.txt("_acme-challenge." + HOST)).isEmpty();
            assertThat(instance.listensAt(instance.smtpPort())).isTrue();
            assertThat(instance.listensAt(web)).isFalse();
            assertThat(ca.faults()).isEmpty();
            assertThat(instance.logged(since, " WARN ")).isEmpty();
            assertThat(instance.logged(since, " ERROR ")).isEmpty();
            assertThat(instance.cli("acme", "status").out()).contains(HOST, "Stub Issuing");
        }
    }

    private static SSLSocketFactory trusting(StubCa ca) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("root", ca.root());
        return TestAuthority.trusting(store);
    }

    private static X509Certificate shown(Instance instance, SSLSocketFactory trusting) throws IOException {
        try (var dialog = SmtpDialog.secure(instance.smtpPort(), trusting, HOST)) {
            return dialog.certificate();
        }
    }

    /** The development certificate, which stands there before, is trusted by nobody. */
    private static boolean isShown(Instance instance, SSLSocketFactory trusting) throws IOException {
        try {
            return shown(instance, trusting) != null;
        } catch (SSLException e) {
            return false;
        }
    }

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
