package org.tarishi.plugin.maildir;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Mailbox;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.Message.WriteOption;

/**
 * Puts messages into the Maildirs below one root.
 *
 * <p>The order is what makes a 250 true: the file is written below {@code tmp} and forced, renamed into {@code new}, and the folder
 * {@code new} is forced, after every folder from the Maildir up to the root has been forced once in this process. A copy for each
 * recipient is written before the first is renamed, so that a full disk is met before anything can be seen. Nothing is forced twice in
 * the hope that it works: after a failure the message is taken back. Any thread; no lock is held while the disk works.
 */
final class Store {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    /** By the convention, what lies below tmp this long was left by a delivery that died. */
    private static final Duration LEFT_BEHIND = Duration.ofHours(36);

    /** How many Maildirs are remembered as forced; one that is forgotten is forced once more. */
    private static final int MOST_KNOWN = 10_000;

    private static final int BUFFER = 64 * 1024;

    private final Path root;
    private final Settings settings;
    private final UniqueNames names;
    private final Disk disk;

    /** The Maildirs whose way up to the root is known to be on the disk, oldest use first. */
    private final Map<Path, Identity> known = Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Identity> eldest) {
            return size() > MOST_KNOWN;
        }
    });

    Store(Path root, Settings settings, UniqueNames names, Disk disk) {
        this.root = root;
        this.settings = settings;
        this.names = names;
        this.disk = disk;
    }

    Path root() {
        return root;
    }

    /**
     * Stores a message for some mailboxes: in all, or, when it throws, as far as it can be helped in none.
     *
     * @return the files, relative to the root
     */
    List<Path> deliver(ReversePath sender, List<Mailbox> to, Message message) throws IOException {
        var copies = new ArrayList<Copy>(to.size());
        var folders = new LinkedHashMap<Path, FileChannel>();
        boolean isStored = false;
        try {
            for (var mailbox : to) {
                var maildir = root.resolve(MailboxPath.of(mailbox, settings));
                prepare(maildir);
                var copy = new Copy(maildir, names.next());
                copies.add(copy);
                write(copy, trace(sender, mailbox), message);
            }
            for (var copy : copies) {
                // Opened before the rename: an error between the two is then reported to this force, not to somebody
                // else's.
                if (!folders.containsKey(copy.maildir())) {
                    folders.put(copy.maildir(), disk.openFolder(copy.maildir().resolve("new")));
                }
            }
            for (var copy : copies) {
                disk.move(copy.tmp(), copy.stored());
            }
            for (var folder : folders.values()) {
                disk.force(folder);
            }
            isStored = true;
            return copies.stream().map(copy -> root.relativize(copy.stored())).toList();
        } finally {
            if (!isStored) {
                copies.forEach(this::takeBack); // whatever it was, an OutOfMemoryError too
            }
            folders.values().forEach(Store::close);
        }
    }

    private static void close(FileChannel folder) {
        try {
            folder.close();
        } catch (IOException e) {
            // All that matters has been forced; a message that is stored must not be refused for this.
            LOG.warn("a folder could not be closed: {}", e.getMessage());
        }
    }

    private void takeBack(Copy copy) {
        known.remove(copy.maildir());
        for (var file : List.of(copy.tmp(), copy.stored())) {
            try {
                disk.remove(file);
            } catch (IOException e) {
                LOG.warn(
                        "{} could not be removed after its delivery failed, it may be there twice: {}",
                        file,
                        e.getMessage());
            }
        }
    }

    private void write(Copy copy, String trace, Message message) throws IOException {
        try (var channel = disk.create(copy.tmp(), settings.modeFile());
                var out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
            out.write(trace.getBytes(UTF_8));
            message.writeTo(out, settings.lf() ? Set.of(WriteOption.LF) : Set.of());
            out.flush();
            disk.force(channel);
        }
    }

    /** The fields of final delivery (RFC 5321 section 4.4). */
    private String trace(ReversePath sender, Mailbox to) {
        var end = settings.lf() ? "\n" : "\r\n";
        return "Return-Path: <" + sender.mailbox().map(Store::address).orElse("") + ">" + end + "Delivered-To: "
                + address(to) + end;
    }

    private static String address(Mailbox mailbox) {
        return mailbox.needsUtf8() ? mailbox.address() : mailbox.asciiAddress();
    }

    /** Makes what is missing of a Maildir, and has the way to it on the disk, unless that is known already. */
    private void prepare(Path maildir) throws IOException {
        if (Identity.of(maildir).filter(now -> now.equals(known.get(maildir))).isPresent()) {
            return;
        }
        var above = root.getParent();
        boolean isNewRoot = make(root);
        var real = root.toRealPath();
        var way = new ArrayList<Path>();
        way.add(root);
        for (var step : root.relativize(maildir)) {
            var folder = way.getLast().resolve(step);
            makeWithin(real, folder);
            way.add(folder);
        }
        for (var name : List.of("tmp", "new", "cur")) {
            makeWithin(real, maildir.resolve(name));
        }
        for (var folder : way.reversed()) {
            forceFolder(folder);
        }
        if (above != null && (isNewRoot || Files.isReadable(above))) {
            forceFolder(above); // the root's own entry, which a process that died may have left unforced
        }
        var identity = Identity.of(maildir);
        if (identity.isPresent()) {
            known.put(maildir, identity.get());
        }
    }

    private void makeWithin(Path real, Path folder) throws IOException {
        make(folder);
        if (!folder.toRealPath().startsWith(real)) {
            throw new IOException(folder + " is a symbolic link that leads out of the root");
        }
    }

    private boolean make(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return false;
        }
        try {
            disk.createFolder(folder, settings.modeFolder());
            return true;
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(folder)) {
                return false; // another session was first
            }
            throw e;
        }
    }

    private void forceFolder(Path folder) throws IOException {
        try (var channel = disk.openFolder(folder)) {
            disk.force(channel);
        }
    }

    /** Removes what deliveries that died have left below tmp; ends early when its thread is interrupted. */
    int clean(Instant now) {
        try {
            return clean(root, 0, now.minus(LEFT_BEHIND));
        } catch (IOException e) {
            LOG.warn("{} can't be searched for files left behind: {}", root, e.getMessage());
            return 0;
        }
    }

    private int clean(Path folder, int depth, Instant before) throws IOException {
        if (depth == settings.path().size()) {
            return cleanTmp(folder.resolve("tmp"), before);
        }
        int removed = 0;
        for (var below : folders(folder)) {
            if (Thread.currentThread().isInterrupted()) {
                return removed;
            }
            removed += clean(below, depth + 1, before);
        }
        return removed;
    }

    private static List<Path> folders(Path folder) throws IOException {
        var all = new ArrayList<Path>();
        try (var entries =
                Files.newDirectoryStream(folder, entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))) {
            entries.forEach(all::add);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        return all;
    }

    private int cleanTmp(Path tmp, Instant before) throws IOException {
        if (!Files.isDirectory(tmp, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        int removed = 0;
        try (var files = Files.newDirectoryStream(tmp)) {
            for (var file : files) {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isRegularFile()
                        && attributes.lastModifiedTime().toInstant().isBefore(before)) {
                    disk.remove(file);
                    removed++;
                }
            }
        }
        return removed;
    }

    /** A message in one Maildir. */
    private record Copy(Path maildir, String name) {

        Path tmp() {
            return maildir.resolve("tmp").resolve(name);
        }

        Path stored() {
            return maildir.resolve("new").resolve(name);
        }
    }

    /** What tells a Maildir from another that was put in its place. */
    private record Identity(Object tmp, Object fresh) {

        static Optional<Identity> of(Path maildir) {
            var tmp = key(maildir.resolve("tmp"));
            var fresh = key(maildir.resolve("new"));
            return tmp == null || fresh == null ? Optional.empty() : Optional.of(new Identity(tmp, fresh));
        }

        private static @Nullable Object key(Path folder) {
            try {
                var attributes = Files.readAttributes(folder, BasicFileAttributes.class);
                return attributes.isDirectory() ? attributes.fileKey() : null;
            } catch (IOException e) {
                return null;
            }
        }
    }
}
