package org.tarishi.core.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.osgi.framework.BundleContext;

/** Files that clients send, below the data folder while they are looked at; their owner's alone. */
final class Uploads {

    /** Above this a bundle is no plugin; the HTTP service's own limit may be lower. */
    static final long LARGEST = 256L << 20;

    private static final int BUFFER = 64 * 1024;

    private final Path folder;

    Uploads(BundleContext context) {
        this(Path.of(Objects.requireNonNull(context.getProperty("tarishi.data"), "boot must set tarishi.data")));
    }

    Uploads(Path data) {
        folder = data.resolve("uploads");
    }

    /**
     * Keeps what comes; whoever is given the file deletes it. The name that a client gives is not used: it may be any path.
     *
     * @throws TooLargeException when there is more than {@link #LARGEST}; then nothing is kept
     */
    Path keep(InputStream in) throws IOException, TooLargeException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var file = Files.createTempFile(folder, "upload", ".jar");
        boolean isWhole = false;
        try (var out = Files.newOutputStream(file)) {
            var buffer = new byte[BUFFER];
            long size = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > LARGEST) {
                    throw new TooLargeException();
                }
                out.write(buffer, 0, n);
            }
            isWhole = true;
            return file;
        } finally {
            if (!isWhole) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** A file that is larger than any plugin. */
    static final class TooLargeException extends Exception {
        private static final long serialVersionUID = 1L;

        TooLargeException() {
            super("larger than " + (LARGEST >> 20) + " MB: put it into the deploy folder");
        }
    }
}
