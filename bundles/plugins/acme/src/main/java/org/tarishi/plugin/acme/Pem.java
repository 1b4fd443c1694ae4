package org.tarishi.plugin.acme;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** The textual form of keys and certificates (RFC 7468). */
final class Pem {

    private static final String KEY = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final String CERTIFICATE = "CERTIFICATE";

    private Pem() {}

    /** Writes a private key (PKCS#8). */
    static String privateKey(KeyPair pair) {
        return block(KEY, pair.getPrivate().getEncoded());
    }

    /** Writes a key pair that {@link #keyPair} reads again. */
    static String keyPair(KeyPair pair) {
        return privateKey(pair) + block(PUBLIC, pair.getPublic().getEncoded());
    }

    /** Writes certificates, the first one first. */
    static String chain(List<X509Certificate> chain) throws IOException {
        var text = new StringBuilder();
        try {
            for (var certificate : chain) {
                text.append(block(CERTIFICATE, certificate.getEncoded()));
            }
        } catch (CertificateException e) {
            throw new IOException("a certificate can't be written", e);
        }
        return text.toString();
    }

    private static String block(String label, byte[] bytes) {
        var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** Reads a key pair. The message of what it throws holds nothing of the key. */
    static KeyPair keyPair(String text) throws IOException {
        var keys = blocks(text, KEY);
        var publics = blocks(text, PUBLIC);
        if (keys.size() != 1 || publics.size() != 1) {
            throw new IOException("want one private key and its public key in PEM");
        }
        for (var algorithm : List.of("EC", "RSA")) {
            try {
                var factory = KeyFactory.getInstance(algorithm);
                return new KeyPair(
                        factory.generatePublic(new X509EncodedKeySpec(publics.getFirst())),
                        factory.generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst())));
            } catch (InvalidKeySpecException e) {
                // the other kind, then
            } catch (GeneralSecurityException e) {
                throw new IOException("a key can't be read", e);
            }
        }
        throw new IOException("the key is neither EC nor RSA");
    }

    /** Reads the certificates of a text, in their order; other blocks are passed over. */
    static List<X509Certificate> certificates(String text) throws IOException {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var all = new ArrayList<X509Certificate>();
            for (var bytes : blocks(text, CERTIFICATE)) {
                all.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
            }
            return all;
        } catch (CertificateException e) {
            throw new IOException("a certificate can't be read: " + e.getMessage(), e);
        }
    }

    private static List<byte[]> blocks(String text, String label) throws IOException {
        var all = new ArrayList<byte[]>();
        var pattern = Pattern.compile("-----BEGIN " + label + "-----([A-Za-z0-9+/=\\s]*+)-----END " + label + "-----");
        for (var found = pattern.matcher(text); found.find(); ) {
            try {
                all.add(Base64.getMimeDecoder().decode(found.group(1).getBytes(US_ASCII)));
            } catch (IllegalArgumentException e) {
                throw new IOException("a block of PEM is no base64");
            }
        }
        return all;
    }
}
