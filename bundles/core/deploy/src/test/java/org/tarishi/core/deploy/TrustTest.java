package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.PluginRefusedException;

/** Whose plugins are taken, with keys and signatures made by the JDK's own tools. */
final class TrustTest {

    @TempDir
    Path base;

    private void tool(String name, String... words) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
        // They live too briefly for their code to be worth optimising.
        line.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        line.addAll(List.of(words));
        var process = new ProcessBuilder(line)
                .directory(base.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private void key(String alias, String... more) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12",
                "-keystore",
                "keys",
                "-storepass",
                "changeit"));
        words.addAll(List.of(more));
        tool("keytool", words.toArray(String[]::new));
        tool(
                "keytool",
                "-exportcert",
                "-rfc",
                "-alias",
                alias,
                "-keystore",
                "keys",
                "-storepass",
                "changeit",
                "-file",
                alias + ".pem");
    }

    private Path signed(String version, String alias) throws IOException, InterruptedException {
        var file = Jars.plugin(version).write(base.resolve("p.jar"));
        tool("jarsigner", "-keystore", "keys", "-storepass", "changeit", "p.jar", alias);
        return file;
    }

    private Trust trust(String... files) {
        return Trust.read(List.of(files).stream().map(Path::of).toList(), base);
    }

    private static void assertRefused(Trust trust, Path file, String words) {
        assertThatThrownBy(() -> trust.check(file, "p.jar", Instant.now()))
                .isInstanceOf(PluginRefusedException.class)
                .hasMessageStartingWith(words);
    }

    /** Copies a jar with one entry changed, or added. */
    private Path tampered(Path jar, String name, String text) throws IOException {
        var copy = base.resolve("tampered.jar");
        try (var from = new ZipFile(jar.toFile());
                var to = new ZipOutputStream(Files.newOutputStream(copy))) {
            for (var entry : from.stream().toList()) {
                if (!entry.getName().equals(name)) {
                    to.putNextEntry(new ZipEntry(entry.getName()));
                    from.getInputStream(entry).transferTo(to);
                }
            }
            to.putNextEntry(new ZipEntry(name));
            to.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return copy;
    }

    @Test
    void onlyWhatIsWhollySignedBySomebodyTrustedIsTaken() throws Exception {
        key("friend");
        key("stranger");
        var trust = trust("friend.pem");
        assertRefused(trust, Jars.plugin("1.0.0").write(base.resolve("p.jar")), "p.jar is not signed, or");

        var good = signed("1.0.0", "friend");
        trust.check(good, "p.jar", Instant.now());
        assertRefused(trust, tampered(good, "OSGI-INF/p.xml", "<other/>"), "p.jar was changed after it was signed (");
        assertRefused(
                trust,
                tampered(good, "extra.txt", "x"),
                "p.jar is signed, but extra.txt in it is not: it was added later");
        assertRefused(
                trust,
                signed("1.0.0", "stranger"),
                "p.jar is signed by CN=stranger, whom trustedSigners of org.tarishi.core.deploy does not name");
        assertRefused(Trust.NOBODY, signed("1.0.0", "friend"), "p.jar is signed by CN=friend, whom");
    }

    @Test
    void anAuthorityVouchesForSignersWhoMaySignCode() throws Exception {
        key("ca", "-ext", "bc:c");
        key("author", "-signer", "ca", "-ext", "eku=codeSigning");
        key("website", "-signer", "ca", "-ext", "eku=serverAuth");
        var trust = trust("ca.pem");

        trust.check(signed("1.0.0", "author"), "p.jar", Instant.now());
        assertRefused(
                trust, signed("1.0.0", "website"), "p.jar is signed by CN=website with a certificate that is not for");
    }

    @Test
    void aCertificateCountsInItsTimeOnly() throws Exception {
        key("friend", "-validity", "1");
        var jar = signed("1.0.0", "friend");
        var trust = trust("friend.pem");
        trust.check(jar, "p.jar", Instant.now());
        assertThatThrownBy(() -> trust.check(jar, "p.jar", Instant.now().plus(Duration.ofDays(2))))
                .hasMessageContaining("have it signed anew, with a time stamp");
    }

    @Test
    void filesWithoutCertificatesAreRefusedByKey() throws Exception {
        Files.writeString(base.resolve("junk.pem"), "nothing\n");
        for (var name : List.of("absent.pem", "junk.pem")) {
            assertThatThrownBy(() -> trust(name))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("trustedSigners")
                    .hasMessageContaining(name);
        }
        assertThat(trust().isAsked()).isFalse();
    }

    @Test
    void nothingUnsignedComesInOrBackWhileSignersAreAsked() throws Exception {
        // the container's clock stands
        key("friend", "-startdate", "2026/01/01", "-validity", "3650");
        try (var container = new Container(base)) {
            container.file("plain.jar", Jars.plugin("1.0.0"));
            container.run("install", "plain.jar");
            container.again("trustedSigners", new String[] {"friend.pem"});
            assertThat(container.running()).as("after a restart").isEmpty();

            assertThat(container.run("install", "plain.jar")).startsWith("1 plain.jar is not signed");
            signed("1.1.0", "friend");
            assertThat(container.run("install", "p.jar")).contains("p 1.1.0 is in force");
            container.again("trustedSigners", new String[] {"friend.pem"});
            assertThat(container.running()).containsExactly("1.1.0");
        }
    }
}
