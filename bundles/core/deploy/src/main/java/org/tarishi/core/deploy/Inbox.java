package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Takes in what is dropped into the deploy folder.
 *
 * <p>A file is looked at when it has not changed between two looks; so one that is still being copied is left alone. One that was
 * taken in is deleted, one that was refused is renamed to {@code .refused}, and the reason lies beside it.
 */
final class Inbox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    /** Hidden files are some program's own: what it still copies, or what it notes of a file. */
    private static final String TAKEN = "[!.]*.jar";

    private final Path folder;
    private final PluginInstaller installer;
    private final BooleanSupplier isOpen;
    private final Thread watcher;
    private final Map<Path, Look> seen = new HashMap<>();
    private volatile Duration interval;
    private boolean complained;

    private record Look(long size, long modified) {

        /** Returns nothing when the file is gone since it was listed, as one is that has got its real name. */
        static Optional<Look> at(Path file) throws IOException {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return Optional.of(new Look(
                        attributes.size(), attributes.lastModifiedTime().toMillis()));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        }
    }

    Inbox(Path folder, PluginInstaller installer, BooleanSupplier isOpen, Duration interval) {
        this.folder = folder;
        this.installer = installer;
        this.isOpen = isOpen;
        this.interval = interval;
        this.watcher = Thread.ofVirtual().name("deploy folder").unstarted(this::watch);
    }

    void open() {
        watcher.start();
    }

    void interval(Duration other) {
        interval = other;
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (isOpen.getAsBoolean()) {
                    look();
                }
                Thread.sleep(interval);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void look() {
        var now = new HashMap<Path, Look>();
        try (var files = Files.newDirectoryStream(folder, TAKEN)) {
            for (var file : files) {
                var look = Look.at(file);
                if (look.isPresent() && look.get().equals(seen.get(file))) {
                    takeSafely(file);
                } else {
                    look.ifPresent(one -> now.put(file, one));
                }
            }
            complained = false;
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                LOG.error("can't look into {}: {}; make the folder, readable and writable", folder, e.toString());
            }
        }
        seen.clear();
        seen.putAll(now);
    }

    private void takeSafely(Path file) throws IOException {
        try {
            take(file);
        } catch (RuntimeException e) {
            // Whatever one file does, the folder is looked at again.
            LOG.error("{} can't be installed, put it in again: {}", file, e.toString());
            Files.move(file, file.resolveSibling(file.getFileName() + ".refused"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void take(Path file) throws IOException {
        try {
            installer.install(file, "deploy");
            Files.deleteIfExists(file);
        } catch (PluginRefusedException e) {
            if (Thread.currentThread().isInterrupted()) {
                // The server stops: the file is there at the next start.
                return;
            }
            var refused = file.resolveSibling(file.getFileName() + ".refused");
            if (Files.exists(file)) {
                Files.move(file, refused, StandardCopyOption.REPLACE_EXISTING);
                Files.writeString(refused.resolveSibling(refused.getFileName() + ".txt"), e.getMessage() + "\n");
            }
        }
    }

    @Override
    public void close() {
        if (watcher.getState() == Thread.State.NEW) {
            return;
        }
        watcher.interrupt();
        try {
            watcher.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
