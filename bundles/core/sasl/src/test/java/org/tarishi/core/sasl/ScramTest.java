package org.tarishi.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.Domain;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism.Exchange;
import org.tarishi.api.service.SaslMechanism.Failure;
import org.tarishi.api.service.SaslMechanism.Success;
import org.tarishi.testing.FakeConnection;

/** SCRAM: the exchanges of the RFCs, and what must not succeed. */
final class ScramTest {

    private static final String SHA_1 = "SCRAM-SHA-1";
    private static final String SHA_256 = "SCRAM-SHA-256";
    private static final byte[] CHANNEL = "the channel".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private Sasl sasl;

    ScramTest() {
        sasl = Kit.sasl(Path.of("target/sasl-of-test"), Map.of());
    }

    @BeforeEach
    void begin() {
        sasl = Kit.sasl(folder, Map.of());
    }

    @Test
    void theExchangeOfRfc5802() throws Exception {
        var store = new FakeStore().withVerifier("user", SHA_1, Hash.SHA_1, "pencil", "QSXCR+Q6sek8bf92", 4096);
        var exchange =
                new ScramSha1(sasl).begin(Kit.CLIENT, new Stores(Kit.CLIENT, List.of(store)), "3rfcNHYJY1ZVvWVs7j");

        assertThat(Kit.challenge(Kit.step(exchange, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")))
                .isEqualTo("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
        assertThat(Kit.challenge(Kit.step(
                        exchange,
                        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")))
                .isEqualTo("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
        assertThat(Kit.step(exchange, "")).isEqualTo(new Success("user"));
    }

    @Test
    void theExchangeOfRfc7677() throws Exception {
        var store =
                new FakeStore().withVerifier("user", SHA_256, Hash.SHA_256, "pencil", "W22ZaJ0SNY7soEsUEjb6gQ==", 4096);
        var exchange = new ScramSha256(sasl)
                .begin(Kit.CLIENT, new Stores(Kit.CLIENT, List.of(store)), "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");

        assertThat(Kit.challenge(Kit.step(exchange, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")))
                .isEqualTo("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assertThat(
                        Kit.challenge(
                                Kit.step(
                                        exchange,
                                        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")))
                .isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assertThat(Kit.step(exchange, "")).isEqualTo(new Success("user"));
    }

    private Object play(Scram scram, SmtpConnection connection, FakeStore store, ScramClient client) throws Exception {
        var exchange = scram.begin(connection, List.of(store));
        var answer = Kit.step(exchange, client.first());
        if (answer instanceof Failure) {
            return answer;
        }
        answer = Kit.step(exchange, client.last(Kit.challenge(answer)));
        if (answer instanceof Failure) {
            return answer;
        }
        assertThat(Kit.challenge(answer)).isEqualTo(client.proofOfServer());
        return Kit.step(exchange, "");
    }

    private static FakeStore store() {
        return new FakeStore().withVerifier("ann", SHA_256, Hash.SHA_256, "secret", "W22ZaJ0SNY7soEsUEjb6gQ==", 4096);
    }

    @Test
    void aWrongPasswordFails() throws Exception {
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store(), new ScramClient(Hash.SHA_256, "ann", "wrong")))
                .isEqualTo(new Failure(null));
    }

    @Test
    void aPlainPasswordServesScramToo() throws Exception {
        var store = new FakeStore().withSecret("ann", CredentialStore.PLAIN, "secret");
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store, new ScramClient(Hash.SHA_256, "ann", "secret")))
                .isEqualTo(new Success("ann"));
        assertThat(play(new ScramSha1(sasl), Kit.CLIENT, store, new ScramClient(Hash.SHA_1, "ann", "secret")))
                .isEqualTo(new Success("ann"));
        assertThat(play(new ScramSha1(sasl), Kit.CLIENT, store, new ScramClient(Hash.SHA_1, "ann", "wrong")))
                .isEqualTo(new Failure(null));
    }

    @Test
    void aPlainPasswordBeyondAsciiIsPrepared() throws Exception {
        var store = new FakeStore().withSecret("ann", CredentialStore.PLAIN, "I\u00adX");
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store, new ScramClient(Hash.SHA_256, "ann", "IX")))
                .isEqualTo(new Success("ann"));
    }

    @Test
    void commaAndEqualsSignInNamesAreRead() throws Exception {
        var store = new FakeStore().withSecret("a,b=c", CredentialStore.PLAIN, "secret");
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store, new ScramClient(Hash.SHA_256, "a=2Cb=3Dc", "secret")))
                .isEqualTo(new Success("a,b=c"));
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store, new ScramClient(Hash.SHA_256, "a=2cb", "secret")))
                .isEqualTo(new Failure(Failures.MALFORMED));
    }

    @Test
    void whoIsUnknownGetsTheSameSaltEachTimeAndFailsAtTheEndOnly() throws Exception {
        var first = challenged("nobody");
        var again = challenged("nobody");
        var other = challenged("noone");

        assertThat(first).isEqualTo(again).contains(",i=15000");
        assertThat(other).isNotEqualTo(first);
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store(), new ScramClient(Hash.SHA_256, "nobody", "secret")))
                .isEqualTo(new Failure(null));
    }

    @Test
    void whoIsUnknownHasTheSameSaltBehindARestart() throws Exception {
        var before = challenged("nobody");
        sasl = Kit.sasl(folder, Map.of());
        assertThat(challenged("nobody")).isEqualTo(before);
        assertThat(folder.resolve("salt.key")).exists();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("salt.key"))))
                .isEqualTo("rw-------");
    }

    /** The answer to a first message, without the nonce. */
    private String challenged(String user) throws Exception {
        var exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store()));
        var answer = Kit.challenge(Kit.step(exchange, "n,,n=" + user + ",r=abc"));
        return answer.substring(answer.indexOf(",s="));
    }

    @Test
    void whatIsNoMessageFailsWithoutAskingAnyStore() throws Exception {
        for (var message : List.of(
                "",
                "n",
                "n,,",
                "n,,n=ann",
                "n,,r=abc,n=ann",
                "n,,n=ann,r=",
                "n,,n=ann,r=a b",
                "n,,m=ext,n=ann,r=abc",
                "n,b=ann,n=ann,r=abc",
                "n,,n=a=b,r=abc",
                "n,,n=,r=abc",
                "n,,n=\u0007,r=abc")) {
            var store = store();
            var exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store));
            assertThat(Kit.step(exchange, message)).as(message).isInstanceOf(Failure.class);
            assertThat(store.asked).as(message).isZero();
        }
    }

    @Test
    void whatIsNoFinalMessageFails() throws Exception {
        for (var message :
                List.of("", "c=biws", "c=biws,r=abc", "c=biws,r=wrong,p=AAAA", "c=!,r=abc,p=AAAA", "p=AAAA")) {
            var exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store()));
            Kit.challenge(Kit.step(exchange, "n,,n=ann,r=abc"));
            assertThat(Kit.step(exchange, message)).as(message).isInstanceOf(Failure.class);
            assertThat(Kit.step(exchange, "")).as("behind " + message).isInstanceOf(Failure.class);
        }
    }

    @Test
    void theFirstMessageThatTheClientSignsIsTheOneThatCame() throws Exception {
        var client = new ScramClient(Hash.SHA_256, "ann", "secret");
        var exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store()));
        // somebody in between has the client ask for another name
        var answer = Kit.step(exchange, client.first().replace("n,,", "n,a=ann,"));
        assertThat(Kit.step(exchange, client.last(Kit.challenge(answer)))).isInstanceOf(Failure.class);
    }

    @Test
    void nobodyActsForSomebodyElse() throws Exception {
        var exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store()));
        assertThat(Kit.step(exchange, "n,a=boss,n=ann,r=abc")).isEqualTo(new Failure(null));
        assertThat(exchange.user()).contains("ann");
    }

    @Test
    void aStoreThatCantBeAskedIsNoFailure() {
        var store = store();
        store.isAway = true;
        var exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store));
        assertThatThrownBy(() -> Kit.step(exchange, "n,,n=ann,r=abc")).isInstanceOf(LookupException.class);
    }

    @Test
    void anExchangeThatIsOverStaysOver() throws Exception {
        Exchange exchange = new ScramSha256(sasl).begin(Kit.CLIENT, List.of(store()));
        exchange.dispose();
        assertThat(Kit.step(exchange, "n,,n=ann,r=abc")).isInstanceOf(Failure.class);
    }

    // ---- channel binding

    private static SmtpConnection bound(String... types) {
        return FakeConnection.from("192.0.2.7")
                .withTls(new ChannelTls(List.of(types)))
                .withCapabilities("AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256");
    }

    @Test
    void bindingIsOfferedWhereTheChannelHasIt() {
        assertThat(new ScramSha256Plus(sasl).isOfferedTo(bound("tls-exporter"))).isTrue();
        assertThat(new ScramSha256Plus(sasl).isOfferedTo(bound("tls-server-end-point")))
                .isTrue();
        assertThat(new ScramSha256Plus(sasl).isOfferedTo(bound("tls-unique"))).isFalse();
        assertThat(new ScramSha1Plus(sasl).isOfferedTo(Kit.CLIENT)).isFalse();
        assertThat(new ScramSha1(sasl).isOfferedTo(Kit.CLIENT)).isTrue();
    }

    @Test
    void aClientThatBindsTheChannelIsWhoItSays() throws Exception {
        for (var type : List.of("tls-exporter", "tls-server-end-point")) {
            var client = new ScramClient(Hash.SHA_256, "ann", "secret").bound("p=" + type, CHANNEL);
            assertThat(play(new ScramSha256Plus(sasl), bound(type), store(), client))
                    .isEqualTo(new Success("ann"));
        }
    }

    @Test
    void aClientThatBindsAnotherChannelHasSomebodyInBetween() throws Exception {
        var client = new ScramClient(Hash.SHA_256, "ann", "secret")
                .bound("p=tls-exporter", "another channel".getBytes(StandardCharsets.US_ASCII));
        assertThat(play(new ScramSha256Plus(sasl), bound("tls-exporter"), store(), client))
                .isEqualTo(new Failure(null));
    }

    @Test
    void bindingOfATypeThatIsNotThereFails() throws Exception {
        var client = new ScramClient(Hash.SHA_256, "ann", "secret").bound("p=tls-unique", CHANNEL);
        assertThat(play(new ScramSha256Plus(sasl), bound("tls-exporter"), store(), client))
                .isEqualTo(new Failure(null));
    }

    @Test
    void aMechanismWithBindingTakesNoClientWithout() throws Exception {
        for (var flag : List.of("n", "y")) {
            var client = new ScramClient(Hash.SHA_256, "ann", "secret").bound(flag, new byte[0]);
            assertThat(play(new ScramSha256Plus(sasl), bound("tls-exporter"), store(), client))
                    .isEqualTo(new Failure(null));
        }
    }

    @Test
    void aMechanismWithoutBindingTakesNoClientThatBinds() throws Exception {
        var client = new ScramClient(Hash.SHA_256, "ann", "secret").bound("p=tls-exporter", CHANNEL);
        assertThat(play(new ScramSha256(sasl), bound("tls-exporter"), store(), client))
                .isEqualTo(new Failure(null));
    }

    @Test
    void aClientThatCouldBindAndBelievesThatWeCantWasLiedTo() throws Exception {
        var client = new ScramClient(Hash.SHA_256, "ann", "secret").bound("y", new byte[0]);
        assertThat(play(new ScramSha256(sasl), bound("tls-exporter"), store(), client))
                .isEqualTo(new Failure(null));

        var right = new ScramClient(Hash.SHA_256, "ann", "secret").bound("y", new byte[0]);
        assertThat(play(new ScramSha256(sasl), Kit.CLIENT, store(), right)).isEqualTo(new Success("ann"));
    }

    @Test
    void verifiersThatAreNoneAreNobodys() {
        for (var text : List.of(
                "",
                "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA",
                "SCRAM-SHA-256$0:AAAA$AAAA:AAAA",
                "SCRAM-SHA-256$4096:AAAA$AAAA",
                "SCRAM-SHA-256$4096:A$A:A",
                "SCRAM-SHA-256$9999999999:AAAA$AAAA:AAAA")) {
            assertThat(ScramKeys.parse(Octets.utf8(text), SHA_256, Hash.SHA_256))
                    .as(text)
                    .isEmpty();
        }
    }

    /** TLS with channel bindings. */
    private record ChannelTls(List<String> types) implements Tls {

        @Override
        public String protocol() {
            return "TLSv1.3";
        }

        @Override
        public String cipherSuite() {
            return "TLS_AES_128_GCM_SHA256";
        }

        @Override
        public Optional<Domain> serverName() {
            return Optional.empty();
        }

        @Override
        public List<X509Certificate> clientCertificates() {
            return List.of();
        }

        @Override
        public boolean isClientVerified() {
            return false;
        }

        @Override
        public Optional<String> verifyError() {
            return Optional.empty();
        }

        @Override
        public Optional<byte[]> channelBinding(String type) {
            return types.contains(type) ? Optional.of(CHANNEL.clone()) : Optional.empty();
        }
    }

    /** The other side (RFC 5802 section 3). */
    private static final class ScramClient {

        private final Hash hash;
        private final String name;
        private final String password;
        private String flag = "n";
        private byte[] channel = {};
        private String proof = "";

        ScramClient(Hash hash, String name, String password) {
            this.hash = hash;
            this.name = name;
            this.password = password;
        }

        ScramClient bound(String as, byte[] data) {
            flag = as;
            channel = data;
            return this;
        }

        private String bare() {
            return "n=" + name + ",r=clientnonce";
        }

        String first() {
            return flag + ",," + bare();
        }

        String last(String challenge) {
            var parts = challenge.split(",", -1);
            var salt = Base64.getDecoder().decode(parts[1].substring(2));
            var salted = hash.iterated(Octets.utf8(password), salt, Integer.parseInt(parts[2].substring(2)));
            var header = Octets.utf8(flag + ",,");
            var binding = Arrays.copyOf(header, header.length + channel.length);
            System.arraycopy(channel, 0, binding, header.length, channel.length);
            var without = "c=" + Base64.getEncoder().encodeToString(binding) + "," + parts[0];
            var signed = Octets.utf8(bare() + "," + challenge + "," + without);
            var clientKey = hash.hmac(salted, Octets.utf8("Client Key"));
            var signature = hash.hmac(hash.hash(clientKey), signed);
            for (int i = 0; i < clientKey.length; i++) {
                clientKey[i] ^= signature[i];
            }
            proof = "v="
                    + Base64.getEncoder()
                            .encodeToString(hash.hmac(hash.hmac(salted, Octets.utf8("Server Key")), signed));
            return without + ",p=" + Base64.getEncoder().encodeToString(clientKey);
        }

        String proofOfServer() {
            return proof;
        }
    }
}
