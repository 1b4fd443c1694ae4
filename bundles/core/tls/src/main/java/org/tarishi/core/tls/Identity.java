package org.tarishi.core.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.tarishi.api.Text;

/** A private key with the certificates that vouch for it, its own first and without the root. */
final class Identity {

    /** RFC 5280 section 4.2.1.6. */
    private static final int DNS_NAME = 2;

    private static final byte[] PROBE = "does this key fit".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final PrivateKey key;
    private final List<X509Certificate> chain;
    private final Path file;

    Identity(PrivateKey key, List<X509Certificate> chain, Path file) {
        this.key = key;
        this.chain = List.copyOf(chain);
        this.file = file;
    }

    /** Finds the certificate of a key, and those above it, among some. */
    static Identity of(PrivateKey key, Path file, List<X509Certificate> some) throws KeyFileException {
        var own = some.stream()
                .filter(certificate -> fits(key, certificate.getPublicKey()))
                .findFirst()
                .orElseThrow(() -> new KeyFileException(
                        file,
                        some.isEmpty() ? "has a key without a certificate" : "has a key that no certificate fits"));
        var chain = new ArrayList<X509Certificate>();
        for (var next = own; next != null && !chain.contains(next); next = issuer(next, some)) {
            if (chain.isEmpty() || !isRoot(next)) {
                chain.add(next);
            }
        }
        return new Identity(key, chain, file);
    }

    private static @org.jspecify.annotations.Nullable X509Certificate issuer(
            X509Certificate of, List<X509Certificate> some) {
        return some.stream()
                .filter(other -> other.getSubjectX500Principal().equals(of.getIssuerX500Principal())
                        && !isRoot(of)
                        && isSigned(of, other))
                .findFirst()
                .orElse(null);
    }

    private static boolean isRoot(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate by) {
        try {
            certificate.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean fits(PrivateKey key, PublicKey other) {
        if (!family(key.getAlgorithm()).equals(family(other.getAlgorithm()))) {
            return false;
        }
        try {
            var signature = Signature.getInstance(
                    switch (family(key.getAlgorithm())) {
                        case "EC" -> "SHA256withECDSA";
                        case "RSA" -> "SHA256withRSA";
                        default -> key.getAlgorithm();
                    });
            signature.initSign(key);
            signature.update(PROBE);
            var signed = signature.sign();
            signature.initVerify(other);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** One word for what has several: Ed25519 and Ed448 are EdDSA to the JDK. */
    private static String family(String algorithm) {
        return algorithm.startsWith("Ed") ? "EdDSA" : algorithm;
    }

    PrivateKey key() {
        return key;
    }

    X509Certificate[] chain() {
        return chain.toArray(X509Certificate[]::new);
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /** The kind of key as the JDK asks for it: EC, RSA, EdDSA. */
    String keyType() {
        return family(certificate().getPublicKey().getAlgorithm());
    }

    Instant expiry() {
        return certificate().getNotAfter().toInstant();
    }

    Path file() {
        return file;
    }

    /** The names that the certificate holds, in lower case; of one without alternative names its common name. */
    Set<String> names() {
        var names = new LinkedHashSet<String>();
        try {
            var all = certificate().getSubjectAlternativeNames();
            if (all != null) {
                for (var each : all) {
                    if (each.getFirst() instanceof Integer type && type == DNS_NAME) {
                        names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
                return names;
            }
            for (var part : new LdapName(certificate().getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    names.add(String.valueOf(part.getValue()).toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException | InvalidNameException e) {
            // A certificate whose names can't be read stands for the folder's name, and for no other.
        }
        return names;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Identity that && key.equals(that.key) && chain.equals(that.chain);
    }

    @Override
    public int hashCode() {
        return Objects.hash(chain);
    }

    /** For people; tells nothing of the key but its kind. */
    @Override
    public String toString() {
        var names = names();
        return Text.escaped(
                        names.isEmpty()
                                ? certificate().getSubjectX500Principal().getName()
                                : String.join(", ", names))
                + " (" + keyType() + ", expires " + expiry() + ", " + file + ")";
    }
}
