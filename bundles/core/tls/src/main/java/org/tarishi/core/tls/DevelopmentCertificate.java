package org.tarishi.core.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;

/**
 * The certificate that a server shows before it has one that somebody vouches for: good against who only listens, and for trying things
 * out. It says of itself what it is.
 */
final class DevelopmentCertificate {

    private static final Logger LOG = LoggerFactory.getLogger(DevelopmentCertificate.class);

    private static final String SUBJECT = "CN=Tarishi development certificate,O=Not for production";

    private static final Duration LIFE = Duration.ofDays(730);

    /** It is made anew this long before it ends. */
    private static final Duration LAST = Duration.ofDays(30);

    private final Path file;
    private final Clock clock;
    private final Group group;

    /**
     * Makes it.
     *
     * @param folder where it is kept
     */
    DevelopmentCertificate(Path folder, Clock clock) {
        this.file = folder.resolve("development.pem");
        this.clock = clock;
        this.group = Group.ours("development", clock);
    }

    /** Returns the one that is there, or a new one where there is none, or one that ends soon; empty when none can be made. */
    List<Identity> get() {
        if (find().isEmpty()) {
            make();
        }
        return group.inForce();
    }

    /** Returns the one that is there; empty where there is none, or one that ends soon. */
    List<Identity> find() {
        if (Files.exists(file)) {
            // It is written here, and by a rename.
            var _ = group.look(List.of(file), true);
        }
        var found = group.inForce();
        return found.isEmpty() || endsSoon(found.getFirst().expiry()) ? List.of() : found;
    }

    private boolean endsSoon(Instant expiry) {
        return expiry.minus(LAST).isBefore(clock.instant());
    }

    private void make() {
        try {
            write(pem());
            LOG.info(
                    "made {} for development: no certificate is configured, and no client can tell this server from another by this one;"
                            + " put key and certificate into the folder of {} (its README tells how)",
                    file,
                    Settings.PID);
            var _ = group.look(List.of(file), true);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            LOG.error(
                    "no certificate is configured, and none can be made for development in {}: {}", file, e.toString());
        }
    }

    private String pem() throws GeneralSecurityException, OperatorCreationException, IOException {
        var random = new SecureRandom();
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        var pair = generator.generateKeyPair();
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var name = new X500Name(SUBJECT);
        var builder = new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(127, random).add(BigInteger.ONE),
                Date.from(now.minus(1, ChronoUnit.HOURS)),
                Date.from(now.plus(LIFE)),
                name,
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(names().stream()
                        .map(each -> new GeneralName(GeneralName.dNSName, each))
                        .toArray(GeneralName[]::new)));
        var certificate = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
        return "Tarishi development certificate: self-signed, made by the server itself, not for production.\n"
                + block("CERTIFICATE", certificate.getEncoded())
                + block("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    private static Set<String> names() {
        var names = new LinkedHashSet<String>();
        names.add("localhost");
        try {
            names.add(Domain.parse(InetAddress.getLocalHost().getHostName()).ascii());
        } catch (UnknownHostException | AddressSyntaxException e) {
            // Then it is localhost only.
        }
        return names;
    }

    private static String block(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END " + label + "-----\n";
    }

    /** Writes the file so that nobody else could read it for an instant. */
    private void write(String text) throws IOException {
        var folder = file.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder, owners("rwx------"));
        }
        var beside = file.resolveSibling("." + file.getFileName());
        Files.deleteIfExists(beside);
        try (var channel = Files.newByteChannel(
                beside, EnumSet.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), owners("rw-------"))) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] owners(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
