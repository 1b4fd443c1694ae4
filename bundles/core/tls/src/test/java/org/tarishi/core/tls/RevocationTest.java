package org.tarishi.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.ClientCertificates;

/** A client's certificate that its authority has taken back is not trusted, nor one of which nobody can tell. */
final class RevocationTest {

    private static final Duration DAY = Duration.ofDays(1);

    /** The JDK looks at the time by itself; a test that lasts for a minute finds all of these as they are made. */
    @SuppressWarnings("TimeInStaticInitializer")
    private static final Instant NOW = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);

    private static final Forge.Made CA = authority(null, "CN=Test authority");
    private static final Forge.Made MIDDLE = authority(CA, "CN=Middle authority");
    private static final Forge.Made ANN = client(CA, "ann");
    private static final Forge.Made BOB = client(CA, "bob");
    private static final Forge.Made CY = client(MIDDLE, "cy");

    @TempDir
    Path root;

    private Desk desk;

    private static Forge.Made authority(Forge.@Nullable Made by, String name) {
        return Forge.make("EC", name, by, NOW.minus(DAY), NOW.plus(DAY.multipliedBy(99)), true);
    }

    private static Forge.Made client(Forge.Made by, String name) {
        return Forge.make("EC", "CN=" + name, by, NOW.minus(DAY), NOW.plus(DAY.multipliedBy(99)), false, name);
    }

    private static X509CRL list(Forge.Made of, X509Certificate... revoked) {
        return Forge.revoking(of, NOW.minusSeconds(99), NOW.plus(DAY), revoked);
    }

    private static String pem(X509CRL list) throws Exception {
        return Forge.block("X509 CRL", list.getEncoded());
    }

    @BeforeEach
    void desk() throws Exception {
        desk = new Desk(root);
        desk.clock.pass(Duration.between(desk.clock.instant(), NOW));
        Forge.write(desk.conf.resolve("ca.pem"), Forge.pem(CA.certificate()));
        desk.settings.put("clientAuthorities", new String[] {"ca.pem"});
        desk.settings.put("clientRevocationLists", new String[] {"ca.crl"});
    }

    private void put(String... parts) throws Exception {
        Forge.write(desk.conf.resolve("ca.crl"), parts);
    }

    private static Optional<String> objection(TlsKeys keys, Forge.Made client) {
        return keys.objectionToClient(client.chain());
    }

    private static void letIn(TlsKeys keys, Forge.Made client, String version) throws SSLException {
        Handshake.run(Handshake.clientOf(client, version), keys.serverEngine(ClientCertificates.REQUIRED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoIsRevokedIsNotLetInAndOthersAre(String version) throws Exception {
        put(pem(list(CA, BOB.certificate())));
        var keys = desk.start();
        letIn(keys, ANN, version);
        assertThatThrownBy(() -> letIn(keys, BOB, version))
                .hasStackTraceContaining("it was revoked at " + NOW.minusSeconds(99));
        assertThat(objection(keys, ANN)).isEmpty();
        assertThat(objection(keys, BOB)).contains("it was revoked at " + NOW.minusSeconds(99));
    }

    @Test
    void aClientThatIsOnlyAskedIsServedAndToldApart() throws Exception {
        put(pem(list(CA, BOB.certificate())));
        var keys = desk.start();
        Handshake.run(Handshake.clientOf(BOB), keys.serverEngine(ClientCertificates.ASKED));
        assertThat(objection(keys, BOB)).isPresent();
    }

    @Test
    void aListMayBeDerAndOneFileHoldSeveral() throws Exception {
        Files.createDirectories(desk.conf);
        Files.write(desk.conf.resolve("ca.crl"), list(CA, BOB.certificate()).getEncoded());
        assertThat(objection(desk.start(), BOB)).isPresent();
        put(pem(list(MIDDLE, CY.certificate())), pem(list(CA, BOB.certificate())));
        var keys = desk.start();
        assertThat(objection(keys, ANN)).isEmpty();
        assertThat(objection(keys, BOB)).isPresent();
        assertThat(objection(keys, CY)).isPresent();
    }

    @Test
    void eachAuthorityOfAChainHasToTell() throws Exception {
        put(pem(list(CA)));
        var keys = desk.start();
        assertThat(objection(keys, CY)).contains("there is no revocation list in force of who has signed it");
        put(pem(list(CA)), pem(list(MIDDLE)));
        desk.look();
        assertThat(objection(keys, CY)).isEmpty();
        put(pem(list(CA, MIDDLE.certificate())), pem(list(MIDDLE)));
        desk.look();
        assertThat(objection(keys, CY)).isPresent();
    }

    @Test
    void aNewerListIsTakenUpAndWhatItNamesIsNotResumed() throws Exception {
        put(pem(list(CA)));
        var keys = desk.start();
        var client = Handshake.clientOf(BOB, "TLSv1.3");
        Handshake.run(client, keys.serverEngine(ClientCertificates.REQUIRED));
        try (var lines = new Lines()) {
            put(pem(list(CA, BOB.certificate())));
            desk.look();
            assertThat(lines.of(Level.INFO))
                    .singleElement()
                    .asString()
                    .contains("revocation list is now: CN=Test authority (1 revoked, next update " + NOW.plus(DAY));
        }
        assertThat(objection(keys, BOB)).isPresent();
        assertThat(objection(keys, ANN)).isEmpty();
        assertThatThrownBy(() -> letIn(keys, BOB, "TLSv1.3")).isInstanceOf(SSLException.class);
    }

    @Test
    void behindItsNextUpdateAListTellsNothingAndNobodyIsLetInByIt() throws Exception {
        put(pem(list(CA)));
        var keys = desk.start();
        assertThat(objection(keys, ANN)).isEmpty();
        try (var lines = new Lines()) {
            desk.clock.pass(DAY);
            desk.look();
            desk.look();
            assertThat(lines.of(Level.ERROR))
                    .singleElement()
                    .asString()
                    .contains("revocation list is over", "CN=Test authority", "ca.crl");
        }
        assertThat(objection(keys, ANN)).contains("there is no revocation list in force of who has signed it");
        assertThatThrownBy(() -> letIn(keys, ANN, "TLSv1.3")).isInstanceOf(SSLException.class);
        assertThat(String.valueOf(keys.get().get("lines"))).contains("revocation list: over: CN=Test authority");
        put(pem(Forge.revoking(CA, NOW.minusSeconds(9), NOW.plus(DAY.multipliedBy(3)))));
        desk.look();
        assertThat(objection(keys, ANN)).isEmpty();
    }

    static List<String> bad() throws Exception {
        return List.of(
                "",
                "nonsense",
                Forge.pem(CA.certificate()),
                "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
                pem(Forge.revoking(CA, NOW.minusSeconds(99), NOW.minusSeconds(9))),
                pem(Forge.revoking(CA, NOW.plusSeconds(999), NOW.plus(DAY))));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("bad")
    void aBadListIsRefusedInOneLineAndTheOneBeforeStaysInForce(String text) throws Exception {
        put(pem(list(CA, BOB.certificate())));
        var keys = desk.start();
        try (var lines = new Lines()) {
            put(text);
            desk.look();
            desk.look();
            assertThat(lines.of(Level.ERROR))
                    .singleElement()
                    .asString()
                    .contains("revocation list is refused: ", "ca.crl", "stays in force until its next update");
        }
        assertThat(objection(keys, ANN)).isEmpty();
        assertThat(objection(keys, BOB)).isPresent();
    }

    @Test
    void aFileThatGoesTakesNothingAlongUntilItsNextUpdate() throws Exception {
        put(pem(list(CA, BOB.certificate())));
        var keys = desk.start();
        Files.delete(desk.conf.resolve("ca.crl"));
        desk.look();
        assertThat(objection(keys, ANN)).isEmpty();
        assertThat(objection(keys, BOB)).isPresent();
    }

    @Test
    void withoutTheFileAtAStartNobodyIsTrustedAndAllElseGoesOn() throws Exception {
        TlsKeys keys;
        try (var lines = new Lines()) {
            keys = desk.start();
            assertThat(lines.of(Level.ERROR))
                    .singleElement()
                    .asString()
                    .contains("ca.crl is not there", "no certificate of that authority is trusted");
        }
        assertThat(objection(keys, ANN)).contains("there is no revocation list in force of who has signed it");
        put(pem(list(CA)));
        desk.look();
        assertThat(objection(keys, ANN)).isEmpty();
    }

    @Test
    void aListOfSomebodyElsesKeyTellsNothing() throws Exception {
        var impostor = authority(null, "CN=Test authority");
        put(pem(list(impostor)));
        assertThat(objection(desk.start(), ANN)).isPresent();
    }

    @Test
    void aSettingThatNamesABadListIsRefusedAndNothingHasChanged() throws Exception {
        desk.settings.remove("clientRevocationLists");
        var keys = desk.start();
        Files.writeString(desk.conf.resolve("x.crl"), "nonsense", StandardCharsets.US_ASCII);
        for (var name : List.of("absent.crl", "x.crl")) {
            assertThatThrownBy(() -> keys.take(new Settings(Desk.config(Map.of(
                            "clientAuthorities", new String[] {"ca.pem"},
                            "clientRevocationLists", new String[] {name})))))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith("clientRevocationLists: ")
                    .hasMessageContaining(name);
        }
        assertThat(objection(keys, BOB)).isEmpty();
        put(pem(list(CA, BOB.certificate())));
        keys.take(new Settings(Desk.config(desk.settings)));
        assertThat(objection(keys, BOB)).isEmpty();
        desk.settings.put("clientRevocationLists", new String[] {"ca.crl"});
        keys.take(new Settings(Desk.config(desk.settings)));
        assertThat(objection(keys, BOB)).isPresent();
    }
}
