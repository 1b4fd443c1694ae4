package org.tarishi.core.dsn;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * What is made of a few files that an operator may put in a folder, and that are read again when they change.
 *
 * <p>{@link #current} never touches the disk; {@link #refresh} alone does. What was made last stays in force while a file is bad; in the
 * beginning that is what is shipped. Any thread.
 */
final class OperatorFiles<T> {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorFiles.class);

    /** A file changed this shortly before it was read may change again without a new time or size. */
    private static final Duration COARSEST_FILE_TIME = Duration.ofSeconds(2);

    /** Makes something of the files that are there. */
    @FunctionalInterface
    interface Maker<T> {

        /**
         * Returns it.
         *
         * @param files the content of the files that are there, by name
         */
        T make(Map<String, byte[]> files) throws BadFileException;
    }

    private final String what;
    private final List<Path> files;
    private final int maxBytes;
    private final Maker<T> maker;
    private final Clock clock;

    private volatile T current;
    private @Nullable Map<Path, Optional<Stamp>> seen;
    private Instant readAt = Instant.MIN;
    private @Nullable String told;

    /**
     * Makes it, with what is shipped in force until {@link #refresh}.
     *
     * @param what what the files are, for the log
     * @param maxBytes the most bytes of one file
     */
    OperatorFiles(String what, List<Path> files, int maxBytes, Maker<T> maker, T shipped, Clock clock) {
        this.what = what;
        this.files = List.copyOf(files);
        this.maxBytes = maxBytes;
        this.maker = maker;
        this.current = shipped;
        this.clock = clock;
    }

    /** Returns what is in force. */
    T current() {
        return current;
    }

    /** Reads the files if they are not as they were; says so once when they are bad, and once when they are good again. */
    synchronized void refresh() {
        try {
            var stamps = new LinkedHashMap<Path, Optional<Stamp>>();
            for (var file : files) {
                stamps.put(file, Stamp.of(file));
            }
            if (stamps.equals(seen) && isSettled(stamps)) {
                return;
            }
            boolean isFirst = seen == null;
            boolean hasChanged = !stamps.equals(seen);
            readAt = clock.instant();
            seen = stamps;
            current = maker.make(read(stamps));
            if (told != null) {
                LOG.info("{}: good again, and in force", what);
            } else if (hasChanged && !isFirst) {
                LOG.info("{}: changed, and in force", what);
            }
            told = null;
        } catch (IOException | BadFileException e) {
            complain(reason(e));
        }
    }

    private boolean isSettled(Map<Path, Optional<Stamp>> stamps) {
        return stamps.values().stream()
                .flatMap(Optional::stream)
                .allMatch(stamp -> stamp.modified().plus(COARSEST_FILE_TIME).isBefore(readAt));
    }

    private Map<String, byte[]> read(Map<Path, Optional<Stamp>> stamps) throws IOException, BadFileException {
        var contents = new LinkedHashMap<String, byte[]>();
        for (var stamp : stamps.entrySet()) {
            if (stamp.getValue().isEmpty()) {
                continue;
            }
            var file = stamp.getKey();
            try (var in = Files.newInputStream(file)) {
                var bytes = in.readNBytes(maxBytes + 1);
                if (bytes.length > maxBytes) {
                    throw new BadFileException(file + " has more than " + maxBytes + " bytes");
                }
                contents.put(String.valueOf(file.getFileName()), bytes);
            }
        }
        return contents;
    }

    private void complain(String reason) {
        if (reason.equals(told)) {
            return;
        }
        told = reason;
        LOG.error("{}: {}; what was in force before stays so, until that is mended", what, Text.escaped(reason));
    }

    private static String reason(Exception e) {
        return switch (e) {
            case AccessDeniedException denied -> "may not read " + denied.getFile();
            case BadFileException bad -> String.valueOf(bad.getMessage());
            default -> "cannot read (" + e.getMessage() + ")";
        };
    }

    /** What tells one state of a file from another. */
    private record Stamp(
            Instant modified, long size, @Nullable Object key) {

        static Optional<Stamp> of(Path file) throws IOException, BadFileException {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                if (!attributes.isRegularFile()) {
                    throw new BadFileException(file + " is no file");
                }
                return Optional.of(
                        new Stamp(attributes.lastModifiedTime().toInstant(), attributes.size(), attributes.fileKey()));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    }
}
