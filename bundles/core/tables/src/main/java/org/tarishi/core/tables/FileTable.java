package org.tarishi.core.tables;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;

/**
 * A table that is read from a file and follows its changes.
 *
 * <p>Look-ups are answered from memory; {@link #refresh} alone touches the disk. What was read last stays in force while the file is
 * missing or can't be read; one that never could be read fails look-ups for now.
 */
final class FileTable implements Table {

    private static final Logger LOG = LoggerFactory.getLogger(FileTable.class);

    /** A file changed this shortly before it was read may change again without a new time or size. */
    private static final Duration COARSEST_FILE_TIME = Duration.ofSeconds(2);

    private final String name;
    private final Path file;
    private final Reader reader;
    private final Supplier<Settings> settings;
    private final Clock clock;

    /** What look-ups see; null until the file could be read. */
    private volatile @Nullable Table content;

    private volatile String trouble = "not read yet";
    private @Nullable Stamp seen;
    private @Nullable Settings readBy;
    private Instant readAt = Instant.MIN;
    private @Nullable String told;

    FileTable(String name, Path file, Reader reader, Supplier<Settings> settings, Clock clock) {
        this.name = name;
        this.file = file;
        this.reader = reader;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Optional<String> get(String key) throws LookupException {
        var now = content;
        if (now == null) {
            throw new LookupException(name + ": " + trouble);
        }
        return now.get(key);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Reads the file if it, or the settings, are not as they were; says so once when it can't be read, and once when it can again. */
    synchronized void refresh() {
        try {
            var now = settings.get();
            var stamp = Stamp.of(file);
            if (stamp.equals(seen)
                    && now.equals(readBy)
                    && stamp.modified().plus(COARSEST_FILE_TIME).isBefore(readAt)) {
                return;
            }
            readAt = clock.instant();
            var changed = !stamp.equals(seen);
            seen = stamp;
            readBy = now;
            content = reader.read(Line.all(text(now.maxFileBytes())), now);
            if (told != null) {
                LOG.info("{}: {} is read again", name, file);
            } else if (changed) {
                LOG.debug("{}: read {}", name, file);
            }
            told = null;
        } catch (IOException | IllegalArgumentException e) {
            complain(reason(e));
        }
    }

    private void complain(String reason) {
        trouble = reason;
        if (reason.equals(told)) {
            return;
        }
        told = reason;
        LOG.error(
                "{}: {}; {}",
                name,
                Text.escaped(reason),
                content == null
                        ? "look-ups fail for now, until the file is mended"
                        : "what was read before stays in force, until the file is mended");
    }

    private String text(int maxBytes) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(maxBytes + 1);
        }
        if (bytes.length > maxBytes) {
            throw new IllegalArgumentException(file + " has more than maxFileBytes = " + maxBytes);
        }
        try {
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is not UTF-8", e);
        }
    }

    private String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no " + file;
            case AccessDeniedException _ -> "may not read " + file;
            case IllegalArgumentException bad -> String.valueOf(bad.getMessage());
            default -> "cannot read " + file + " (" + e.getMessage() + ")";
        };
    }

    /** Makes a table of the lines of a file. */
    @FunctionalInterface
    interface Reader {

        /**
         * Returns the table.
         *
         * @throws IllegalArgumentException when a line is wrong, with the reason
         */
        Table read(List<Line> lines, Settings settings);
    }

    /** What tells one state of a file from another. */
    private record Stamp(
            Instant modified, long size, @Nullable Object key) {

        static Stamp of(Path file) throws IOException {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new IOException("not a file");
            }
            return new Stamp(attributes.lastModifiedTime().toInstant(), attributes.size(), attributes.fileKey());
        }
    }
}
