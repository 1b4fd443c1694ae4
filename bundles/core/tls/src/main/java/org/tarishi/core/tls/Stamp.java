package org.tarishi.core.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What tells one state of a file from another. */
record Stamp(
        Path file, Instant modified, long size, @Nullable Object key, Object permissions) {

    /** A file changed this shortly before it was read may change again without a new time or size. */
    private static final Duration COARSEST_FILE_TIME = Duration.ofSeconds(2);

    static Stamp of(Path file) throws KeyFileException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            var posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            return new Stamp(
                    file,
                    attributes.lastModifiedTime().toInstant(),
                    attributes.size(),
                    attributes.fileKey(),
                    posix == null ? "" : posix.readAttributes().permissions());
        } catch (IOException e) {
            throw new KeyFileException(file, "is not there, or can't be looked at");
        }
    }

    /** Whether the file may be another than the one that was read then, though this is the same. */
    boolean mayHideAChangeSince(Instant read) {
        return !modified.plus(COARSEST_FILE_TIME).isBefore(read);
    }
}
