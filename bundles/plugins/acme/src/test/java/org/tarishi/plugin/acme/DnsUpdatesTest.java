package org.tarishi.plugin.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIG;

/** Updates of a name server that checks signatures. */
@Timeout(60)
class DnsUpdatesTest {

    private static final String NAME = "_acme-challenge.mx.zone.example";
    private static final String SECRET = "c2VjcmV0IG9mIHRoZSB0ZXN0cyBzZWNyZXQgb2YgdGhlIHQ=";

    @TempDir
    private Path conf;

    private final Map<String, Object> values = new HashMap<>();
    private StubNameServer server;

    @BeforeEach
    void open() throws IOException {
        server = new StubNameServer();
        values.put("dnsServer", server.address());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private DnsUpdates updates() {
        return new DnsUpdates(Configs.settings(values).dns().orElseThrow(), conf);
    }

    private void key(String text, String mode) throws IOException {
        var file = Files.writeString(conf.resolve("tsig.key"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        values.put("dnsKeyFile", "tsig.key");
        server.key = new TSIG(TSIG.HMAC_SHA256, "acme.", SECRET);
    }

    private static String keyFile(String secret) {
        return "key \"acme\" {\n\talgorithm hmac-sha256;\n\tsecret \"" + secret + "\";\n};\n";
    }

    @Test
    void aRecordIsThereUntilItIsTakenAwayAndOthersOfItsNameStay() throws IOException {
        key(keyFile(SECRET), "rw-------");
        var first = updates().publish(NAME, "one").orElseThrow();
        var second = updates().publish(NAME, "two").orElseThrow();
        assertThat(server.txt(NAME)).containsExactlyInAnyOrder("one", "two");

        first.close();
        assertThat(server.txt(NAME)).containsExactly("two");
        second.close();
        assertThat(server.txt(NAME)).isEmpty();
    }

    @Test
    void withoutAKeyUpdatesAreNotSigned() throws IOException {
        updates().publish(NAME, "one");

        assertThat(server.txt(NAME)).containsExactly("one");
    }

    @Test
    void anAliasOfTheNameIsFollowed() throws IOException {
        server.records.add(new CNAMERecord(
                Name.fromString("_acme-challenge.other.example."),
                DClass.IN,
                60,
                Name.fromString("alias.zone.example.")));
        updates().publish("_acme-challenge.other.example", "one");

        assertThat(server.txt("alias.zone.example")).containsExactly("one");
    }

    @Test
    void aliasesInACircleHaveAnEnd() throws IOException {
        var a = Name.fromString("a.zone.example.");
        var b = Name.fromString("b.zone.example.");
        server.records.add(new CNAMERecord(a, DClass.IN, 60, b));
        server.records.add(new CNAMERecord(b, DClass.IN, 60, a));

        assertThatThrownBy(() -> updates().publish("a.zone.example", "one"))
                .hasMessageContaining("more than 8 aliases");
    }

    @Test
    void theZoneThatIsSetIsNotAskedFor() throws IOException {
        server.knowsItsZone = false;
        assertThatThrownBy(() -> updates().publish(NAME, "one")).hasMessageContaining("set dnsZone");

        values.put("dnsZone", "zone.example");
        updates().publish(NAME, "one");
        assertThat(server.txt(NAME)).containsExactly("one");
    }

    @Test
    void aRefusalIsToldByItsName() {
        server.rcode = Rcode.REFUSED;
        assertThatThrownBy(() -> updates().publish(NAME, "one"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("REFUSED")
                .hasMessageContaining("zone.example");
    }

    @Test
    void aWrongKeyIsRefused() throws IOException {
        key(keyFile("d3JvbmcgcGFzc3BocmFzZSBvZiB0aGUgdGVzdHMgd3JvbmcgcA=="), "rw-------");
        assertThatThrownBy(() -> updates().publish(NAME, "one")).isInstanceOf(IOException.class);
        assertThat(server.txt(NAME)).isEmpty();
    }

    @Test
    void anAnswerWithoutTheKeysSignatureIsNotBelieved() throws IOException {
        key(keyFile(SECRET), "rw-------");
        server.signsAnswers = false;
        assertThatThrownBy(() -> updates().publish(NAME, "one")).isInstanceOf(IOException.class);
    }

    @Test
    void aKeyThatOthersCanReadIsNotUsed() throws IOException {
        key(keyFile(SECRET), "rw-r--r--");
        assertThatThrownBy(() -> updates().publish(NAME, "one")).hasMessageContaining("chmod o=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c2VjcmV0",
                "key x { algorithm hmac-md5; secret \"c2VjcmV0\"; };",
                "key x { algorithm hmac-sha256; secret \"c2VjcmV0A\"; };",
                "key x { secret \"c2VjcmV0\"; };"
            })
    void aKeyFileOfAnotherFormIsRefusedWithoutShowingIt(String text) throws IOException {
        key(text, "rw-------");
        assertThatThrownBy(() -> updates().publish(NAME, "one"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("dnsKeyFile")
                .message()
                .doesNotContain("c2VjcmV0");
    }

    @Test
    void aServerThatIsDownIsTold() throws IOException {
        try (var held = new Socket()) {
            // Nobody listens there. A free port may be another test's next, or the client's own, which calls itself.
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            values.put("dnsServer", "127.0.0.1:" + held.getLocalPort());
            assertThatThrownBy(() -> updates().publish(NAME, "one")).isInstanceOf(IOException.class);
        }
    }
}
