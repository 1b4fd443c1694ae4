package org.tarishi.plugin.authflatfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.api.service.LookupException;

/**
 * The file of the users: what was read of it last, and the way to change it.
 *
 * <p>Look-ups are answered from memory; {@link #refresh} and {@link #edit} alone touch the disk. A file that is not there at first has no
 * users. What was read stays in force while the file is bad or gone; where it never could be read, look-ups fail for now. Any thread.
 */
final class UserFile {

    private static final Logger LOG = LoggerFactory.getLogger(AuthFlatFile.class);

    /** A file changed this shortly before it was read may change again without a new time or size. */
    private static final Duration COARSEST_FILE_TIME = Duration.ofSeconds(2);

    private static final Set<PosixFilePermission> TOO_OPEN = Set.of(
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE,
            PosixFilePermission.GROUP_WRITE);

    private static final int MOST_NAMES_TOLD = 20;

    private final Path path;
    private final Settings settings;
    private final AtomicWriter writer;
    private final Clock clock;

    /** What look-ups see; null until the file could be read. */
    private volatile @Nullable Users content;

    private volatile String trouble = "not read yet";
    private @Nullable Stamp seen;
    private Instant readAt = Instant.MIN;
    private @Nullable String told;

    UserFile(Path path, Settings settings, AtomicWriter writer, Clock clock) {
        this.path = path;
        this.settings = settings;
        this.writer = writer;
        this.clock = clock;
    }

    Path path() {
        return path;
    }

    /**
     * Returns the users.
     *
     * @throws LookupException while the file could not be read once
     */
    Users users() throws LookupException {
        var now = content;
        if (now == null) {
            throw new LookupException(path + " can't be read: " + trouble);
        }
        return now;
    }

    /** Reads the file if it is not as it was; says so once when it can't be read, and once when it can again. */
    synchronized void refresh() {
        try {
            var stamp = Stamp.of(path);
            if (stamp.equals(seen) && stamp.modified().plus(COARSEST_FILE_TIME).isBefore(readAt)) {
                return;
            }
            readAt = clock.instant();
            boolean isOther = !stamp.equals(seen);
            seen = stamp;
            take(parse(lines(read())), isOther);
        } catch (NoSuchFileException e) {
            if (content == null) {
                content = Users.NONE;
                LOG.info("there is no {} yet, and so no user; 'tarishi user add NAME' makes one", path);
            } else if (content != Users.NONE) {
                seen = null; // the same file may come back
                complain("it is not there any more");
            }
        } catch (IOException | IllegalArgumentException e) {
            complain(reason(e));
        }
    }

    private void take(Users users, boolean isOther) {
        content = users;
        if (told != null) {
            LOG.info("{} is read again, {} users", path, users.all().size());
        } else if (isOther) {
            LOG.debug("read {}, {} users", path, users.all().size());
        }
        told = null;
        var plain = users.plain();
        if (isOther && !plain.isEmpty()) {
            LOG.warn(
                    "{} holds passwords in plain text, which CRAM-MD5 alone needs, of: {}{}",
                    path,
                    Text.escaped(String.join(", ", plain.subList(0, Math.min(plain.size(), MOST_NAMES_TOLD)))),
                    plain.size() > MOST_NAMES_TOLD ? " and " + (plain.size() - MOST_NAMES_TOLD) + " more" : "");
        }
    }

    /** Returns what can be asked: passwords always, so that who can't be told now hears that, and not that there is no way to log in. */
    Set<String> kinds() {
        var now = content;
        return now == null ? Users.NONE.kinds() : now.kinds();
    }

    /**
     * Changes the file: reads it, has its lines changed, sees that they are good, and puts them in its place, on the disk when this
     * returns. Changes wait for each other, those of another version of this plugin too.
     *
     * @param change gets the lines as they are, and returns them as they shall be
     * @throws IOException when nothing has changed, with a reason for people
     * @throws IllegalArgumentException what {@code change} throws; nothing has changed
     */
    synchronized void edit(UnaryOperator<List<String>> change) throws IOException {
        var target = Files.exists(path) ? path.toRealPath() : path;
        try (var draft = writer.begin(target)) {
            byte[] before;
            Set<PosixFilePermission> mode;
            try {
                before = read();
                mode = Files.getPosixFilePermissions(target);
            } catch (NoSuchFileException e) {
                before = new byte[0];
                mode = PosixFilePermissions.fromString("rw-------");
            }
            List<String> lines;
            try {
                lines = lines(before);
                parse(lines);
            } catch (IllegalArgumentException e) {
                throw new IOException(path + " must be mended first: " + e.getMessage(), e);
            } finally {
                Arrays.fill(before, (byte) 0);
            }
            var changed = change.apply(new ArrayList<>(lines));
            if (changed.equals(lines)) {
                return;
            }
            var users = parse(changed);
            var text = (String.join("\n", changed) + (changed.isEmpty() ? "" : "\n")).getBytes(UTF_8);
            if (text.length > settings.maxFileBytes()) {
                throw new IOException(path + " would have more than maxFileBytes = " + settings.maxFileBytes());
            }
            draft.commit(text, mode);
            readAt = clock.instant();
            seen = Stamp.of(path);
            take(users, true);
        } catch (IOException e) {
            throw new IOException(reason(e), e);
        }
    }

    private Users parse(List<String> lines) {
        return Users.parse(lines, settings.letters(), settings.ceiling());
    }

    private byte[] read() throws IOException {
        var open = Files.getPosixFilePermissions(path).stream()
                .filter(TOO_OPEN::contains)
                .findFirst();
        if (open.isPresent()) {
            throw new IOException("others may read or change it ("
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(path)) + "): chmod 600 " + path);
        }
        byte[] bytes;
        try (var in = Files.newInputStream(path)) {
            bytes = in.readNBytes(settings.maxFileBytes() + 1);
        }
        if (bytes.length > settings.maxFileBytes()) {
            throw new IOException("it has more than maxFileBytes = " + settings.maxFileBytes());
        }
        return bytes;
    }

    private static List<String> lines(byte[] bytes) {
        try {
            var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return (text.startsWith("\ufeff") ? text.substring(1) : text)
                    .lines()
                    .toList();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8", e);
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
                path,
                Text.escaped(reason),
                content == null
                        ? "nobody can log in for now, until the file is mended"
                        : "what was read before stays in force, until the file is mended");
    }

    private String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied -> "no right to " + denied.getFile();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    /** What tells one state of a file from another. */
    private record Stamp(
            Instant modified, long size, @Nullable Object key, Set<PosixFilePermission> mode) {

        static Stamp of(Path file) throws IOException {
            var attributes = Files.readAttributes(file, PosixFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new IOException("it is no file");
            }
            return new Stamp(
                    attributes.lastModifiedTime().toInstant(),
                    attributes.size(),
                    attributes.fileKey(),
                    attributes.permissions());
        }
    }
}
