package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority that OpenSSL plays, in a folder of its own. */
final class TestAuthority {

    private final Path folder;
    private final Path certificate;
    private final Path key;
    private final Path settings;

    TestAuthority(Path folder) throws IOException, InterruptedException {
        this.folder = Files.createDirectory(folder);
        this.certificate = folder.resolve("ca.pem");
        this.key = folder.resolve("ca.key");
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
        openssl(
                "req",
                "-x509",
                "-new",
                "-key",
                key,
                "-days",
                "30",
                "-subj",
                "/CN=Test authority",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
                "-out",
                certificate);
        var index = Files.writeString(folder.resolve("index.txt"), "");
        settings = Files.writeString(
                folder.resolve("ca.cnf"),
                "[ca]\ndefault_ca=it\n[it]\ndatabase=" + index + "\ndefault_md=sha256\ndefault_crl_days=1\n");
    }

    /** Where it keeps what it makes. */
    Path folder() {
        return folder;
    }

    /** Its certificate, PEM. */
    Path certificate() {
        return certificate;
    }

    /** Makes a key and its certificate for a name: {@code key.pem} and {@code cert.pem} in a folder. */
    Path make(String name, String kind) throws IOException, InterruptedException {
        return make(name, kind, 20);
    }

    /** The same, for so many days from now; fewer than none for a certificate that has expired. */
    Path make(String name, String kind, int days) throws IOException, InterruptedException {
        return make(List.of(name), kind, days);
    }

    /** The same, for several names. */
    Path make(List<String> names, String kind, int days) throws IOException, InterruptedException {
        var name = names.getFirst();
        var made = Files.createTempDirectory(folder, name.replace("*", "any"));
        var own = made.resolve("key.pem");
        if (kind.equals("rsa")) {
            openssl("genrsa", "-traditional", "-out", own, "2048");
        } else {
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", own);
        }
        var extensions = Files.writeString(
                made.resolve("ext"), "subjectAltName=DNS:" + String.join(",DNS:", names) + ",IP:127.0.0.1\n");
        openssl("req", "-new", "-key", own, "-subj", "/CN=" + name, "-out", made.resolve("csr"));
        openssl(
                "x509",
                "-req",
                "-in",
                made.resolve("csr"),
                "-CA",
                certificate,
                "-CAkey",
                key,
                "-CAcreateserial",
                "-days",
                days,
                "-extfile",
                extensions,
                "-out",
                made.resolve("cert.pem"));
        return made;
    }

    /** Makes a key and a certificate that no authority has signed: {@code key.pem} and {@code cert.pem} in this folder. */
    static Path selfSigned(Path made, String name) throws IOException, InterruptedException {
        var own = made.resolve("key.pem");
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", own);
        openssl(
                "req",
                "-x509",
                "-new",
                "-key",
                own,
                "-days",
                "30",
                "-subj",
                "/CN=alone",
                "-addext",
                "subjectAltName=DNS:" + name,
                "-out",
                made.resolve("cert.pem"));
        return made;
    }

    /** Makes a key and its certificate, and puts both into one file that only its owner may read; returns the certificate's own file. */
    Path put(String name, String kind, Path file) throws IOException, InterruptedException {
        var made = make(name, kind);
        write(file, Files.readString(made.resolve("key.pem")) + Files.readString(made.resolve("cert.pem")));
        return made.resolve("cert.pem");
    }

    /** The SHA-256 of a certificate's public key, in hexadecimal: selector 1 and matching type 1 of TLSA records. */
    static String keyDigest(Path pem) throws GeneralSecurityException, IOException {
        try (var in = Files.newInputStream(pem)) {
            var certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(certificate.getPublicKey().getEncoded()));
        }
    }

    /** Takes certificates back. */
    void revoke(Path cert) throws IOException, InterruptedException {
        openssl("ca", "-config", settings, "-keyfile", key, "-cert", certificate, "-revoke", cert);
    }

    /** Writes the list of what it has taken back. */
    void list(Path file) throws IOException, InterruptedException {
        var beside = folder.resolve("crl.pem");
        openssl("ca", "-config", settings, "-keyfile", key, "-cert", certificate, "-gencrl", "-out", beside);
        write(file, Files.readString(beside));
    }

    /** Makes sockets of clients that trust it alone. */
    SSLSocketFactory trusting() throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        return trusting(store);
    }

    /** Makes sockets of clients that trust these alone. */
    static SSLSocketFactory trusting(KeyStore store) throws GeneralSecurityException {
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    /** Runs OpenSSL, which must do it. */
    static String openssl(Object... words) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(Setup.program("openssl", "openssl").toString()));
        Stream.of(words).map(String::valueOf).forEach(line::add);
        var result = Commands.run(Map.of(), line);
        assertThat(result.code()).as(line + "\n" + result.out()).isZero();
        return result.out();
    }

    /** Writes a file that only its owner may read, by a rename. */
    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        var beside = file.resolveSibling("." + file.getFileName());
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(beside, text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
