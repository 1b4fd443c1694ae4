package org.tarishi.plugin.acme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.Text;

/**
 * Where the server finds its certificates: a folder for each, and in it one file with the key and the chain.
 *
 * <p>They stand in one file so that no reader ever sees a key beside the certificate of another: one rename replaces both.
 */
final class CertificateFolder {

    /** The file in a certificate's folder. Other files there are the operator's, and are left alone. */
    static final String FILE = "acme.pem";

    private final Path root;

    CertificateFolder(Path root) {
        this.root = root;
    }

    Path file(String name) {
        return root.resolve(name).resolve(FILE);
    }

    /**
     * Returns the certificate that is in force.
     *
     * @throws IOException when there is a file and it can't be read as one
     */
    Optional<X509Certificate> read(String name) throws IOException {
        var file = file(name);
        try {
            var chain = Pem.certificates(PrivateFiles.read(file));
            if (chain.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return Optional.of(chain.getFirst());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new IOException(file + ": " + Text.escaped(String.valueOf(e.getMessage())), e);
        }
    }

    /** Puts a key and its chain in force, and has them on the disk when it returns. */
    void write(String name, KeyPair key, List<X509Certificate> chain) throws IOException {
        var file = file(name);
        var folder = file.resolveSibling(".").normalize();
        if (!Files.isDirectory(folder)) {
            PrivateFiles.createFolders(folder);
        }
        PrivateFiles.replace(file, Pem.privateKey(key) + Pem.chain(chain));
    }
}
