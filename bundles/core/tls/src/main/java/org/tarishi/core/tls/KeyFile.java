package org.tarishi.core.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a file of keys and certificates holds, be it PEM or PKCS #12. A password stands in a file beside it, {@code NAME.password}.
 *
 * @param path the file
 * @param keys its private keys
 * @param certificates its certificates, in their order
 */
record KeyFile(Path path, List<PrivateKey> keys, List<X509Certificate> certificates) {

    /** What a file is called that holds keys or certificates. */
    private static final Set<String> ENDINGS = Set.of("pem", "crt", "cer", "key", "p12", "pfx");

    static final String PASSWORD = ".password";

    /** Far more than keys and certificates need. */
    private static final int MOST_BYTES = 1 << 20;

    /** Whether a file may hold keys or certificates, by its name. */
    static boolean isOne(Path file) {
        return ENDINGS.contains(ending(file))
                && !String.valueOf(file.getFileName()).startsWith(".");
    }

    private static String ending(Path file) {
        var name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a file.
     *
     * @throws KeyFileException with the reason, when it can't be read, is none, or holds a key and everybody may read it
     */
    static KeyFile read(Path file) throws KeyFileException {
        var bytes = bytes(file, MOST_BYTES);
        try {
            var password = password(file);
            var read = switch (ending(file)) {
                case "p12", "pfx" -> store(file, bytes, password);
                default -> pem(file, bytes, password);
            };
            if (!read.keys.isEmpty()) {
                refuseOpen(file);
            }
            return read;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static KeyFile pem(Path file, byte[] bytes, char @Nullable [] password) throws KeyFileException {
        var pem = new Pem(file, password);
        pem.read(new String(bytes, StandardCharsets.ISO_8859_1));
        return new KeyFile(file, pem.keys(), pem.certificates());
    }

    private static KeyFile store(Path file, byte[] bytes, char @Nullable [] password) throws KeyFileException {
        var secret = password == null ? new char[0] : password;
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), secret);
            var keys = new ArrayList<PrivateKey>();
            var certificates = new ArrayList<X509Certificate>();
            for (var alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, secret) instanceof PrivateKey key) {
                    keys.add(key);
                }
                var chain = store.getCertificateChain(alias);
                for (Certificate one : chain == null ? new Certificate[] {store.getCertificate(alias)} : chain) {
                    if (one instanceof X509Certificate certificate && !certificates.contains(certificate)) {
                        certificates.add(certificate);
                    }
                }
            }
            return new KeyFile(file, keys, certificates);
        } catch (IOException | GeneralSecurityException e) {
            // The JDK's own words may name the password's kind, not more; still, these are ours.
            throw new KeyFileException(
                    file,
                    password == null
                            ? "is no PKCS #12 file, or wants a password in " + file + PASSWORD
                            : "is no PKCS #12 file, or its password is not that in " + file + PASSWORD);
        }
    }

    /** Reads a whole file of at most so many bytes; throws with the reason in words. */
    static byte[] bytes(Path file, int most) throws KeyFileException {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new KeyFileException(file, "is too large: more than " + most + " bytes");
            }
            return bytes;
        } catch (KeyFileException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new KeyFileException(file, "is not there");
        } catch (AccessDeniedException e) {
            throw new KeyFileException(file, "may not be read by this process");
        } catch (IOException e) {
            throw new KeyFileException(file, "can't be read: " + e.getMessage());
        }
    }

    /** What is kept from everybody else: a key, or the password of one. */
    private static void refuseOpen(Path file) throws KeyFileException {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(file);
        } catch (UnsupportedOperationException e) {
            return; // no such thing on this file system
        } catch (IOException e) {
            throw new KeyFileException(file, "can't be looked at: " + e.getMessage());
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new KeyFileException(file, "may be read or written by every user of this machine: chmod o= it");
        }
    }

    private static char @Nullable [] password(Path file) throws KeyFileException {
        var beside = file.resolveSibling(file.getFileName() + PASSWORD);
        if (!Files.exists(beside)) {
            return null;
        }
        refuseOpen(beside);
        var text = new String(bytes(beside, MOST_BYTES), StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).stripTrailing().toCharArray();
    }
}
