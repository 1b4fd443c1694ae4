package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs of Debian packages that {@code itests/verify} has unpacked and nobody has installed.
 *
 * <p>Each runs in a mount namespace of its own, where the packages lie over {@code /usr}, the accounts that they want exist and
 * {@code /var/spool} is an empty disk in memory; and in a process namespace of its own, so that nothing of it outlives the process that
 * was started. That takes root: a mail server changes to other users, which a namespace of anybody else does not have.
 */
final class Debian {

    /** Mail servers give up being root for one of these; 64000 and up is what Debian leaves to packages. */
    private static final List<String> ACCOUNTS =
            List.of("postfix", "Debian-exim", "opensmtpd", "opensmtpq", "postdrop", "dovecot", "dovenull");

    private static final int FIRST_ID = 64_801;

    private static final String ENTER = """
            mount -t overlay overlay -o "lowerdir=$1:/usr" /usr &&
            mount --bind "$2/passwd" /etc/passwd && mount --bind "$2/group" /etc/group &&
            mount -t tmpfs -o mode=1777 tmpfs /var/spool && shift 2 && exec "$@"
            """;

    private final Path accounts;

    /** Makes the files of accounts in a folder of the caller's. */
    Debian(Path folder) throws IOException {
        accounts = Files.createDirectory(folder);
        var users = new StringBuilder(Files.readString(Path.of("/etc/passwd")));
        var groups = new StringBuilder(Files.readString(Path.of("/etc/group")));
        int id = FIRST_ID;
        for (var name : ACCOUNTS) {
            users.append(name).append(":x:" + id + ":" + id + "::/nonexistent:/usr/sbin/nologin\n");
            groups.append(name).append(":x:" + id + ":\n");
            id++;
        }
        Files.writeString(accounts.resolve("passwd"), users);
        Files.writeString(accounts.resolve("group"), groups);
    }

    /** The command line that runs a program among the packages. */
    List<String> line(List<String> program) {
        var line = new ArrayList<>(List.of(
                Setup.program("unshare", "util-linux").toString(),
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                ENTER,
                "sh",
                Setup.tool("root").resolve("usr").toString(),
                accounts.toString()));
        line.addAll(program);
        return line;
    }

    List<String> line(String... program) {
        return line(List.of(program));
    }

    /** Starts a program that runs until it is closed. */
    Server start(Path output, String... program) throws IOException {
        return new Server(
                new ProcessBuilder(line(program))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    /**
     * A program that runs.
     *
     * @param process its process, which takes all others of it along
     * @param output what it prints
     */
    record Server(Process process, Path output) implements AutoCloseable {

        /** What it has printed so far. */
        String said() {
            try {
                return Files.readString(output);
            } catch (IOException e) {
                return e.toString();
            }
        }

        @Override
        public void close() {
            // unshare would kill its child, but not one that has changed its user, as Postfix' master does. With the
            // child, the first
            // process of its namespace, go all others.
            process.descendants().toList().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().onExit().join();
        }
    }
}
