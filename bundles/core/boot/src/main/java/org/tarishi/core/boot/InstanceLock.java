package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second process from one base.
 *
 * <p>The operating system holds the lock and lets it go with the process, so what a crash leaves behind is no obstacle. The process
 * id lies in a file of its own: closing any channel of a locked file would let the lock go.
 */
final class InstanceLock implements AutoCloseable {

    private static final int TRIES = 10;

    /** What is held stays reachable: the lock of a channel that is collected is let go. */
    private static final Set<InstanceLock> HELD = ConcurrentHashMap.newKeySet();

    private final FileChannel channel;

    private InstanceLock(FileChannel channel) {
        this.channel = channel;
        HELD.add(this);
    }

    /** Takes the lock and writes down this process; refuses while another process holds it. */
    static InstanceLock take(Path run, Path base) throws Refusal {
        try {
            var channel = FileChannel.open(
                    run.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            // A status command holds the lock, shared, for the moment of its question.
            for (var i = 0; i < TRIES; i++) {
                if (tryLock(channel, false) != null) {
                    Files.writeString(
                            run.resolve("pid"), ProcessHandle.current().pid() + "\n");
                    return new InstanceLock(channel);
                }
                Thread.sleep(20);
            }
            channel.close();
        } catch (IOException e) {
            throw new Refusal(Refusal.FILES, "cannot lock " + run.resolve("lock") + ": " + Folders.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var pid = pid(run);
        throw new Refusal(
                Refusal.IN_USE,
                base + " is in use" + (pid.isPresent() ? " by process " + pid.getAsLong() : "")
                        + ": stop that instance, or choose another folder with --base DIR");
    }

    /**
     * Tells whether a process holds the lock.
     *
     * @throws Refusal where that can't be seen: the instance may be another user's
     */
    static boolean isHeld(Path run) throws Refusal {
        try (var channel = FileChannel.open(run.resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            return tryLock(channel, true) == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new Refusal(
                    Refusal.FILES,
                    "cannot look into an instance: " + Folders.reason(e) + "; ask as the user that it belongs to");
        }
    }

    /** Returns the process that wrote itself down last; true only while the lock is held. */
    static OptionalLong pid(Path run) {
        try {
            return OptionalLong.of(
                    Long.parseLong(Files.readString(run.resolve("pid")).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() {
        HELD.remove(this);
        try {
            channel.close();
        } catch (IOException e) {
            // the process ends, and its lock with it
        }
    }
}
