package org.tarishi.itests.blackbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tarishi.itests.harness.Ports;

/**
 * Debian's Dovecot as a mail store by LMTP. It knows {@code ann}, {@code dora}, and {@code bob}, whose mailbox is full, all of
 * {@code store.example}.
 */
final class Dovecot implements AutoCloseable {

    private final Path folder;
    private final Debian debian;
    private final int port = Ports.free();
    private Debian.@Nullable Server server;

    /**
     * Makes one that does not run yet.
     *
     * @param folder to be made, with a short path: a socket lies in it
     */
    Dovecot(Path folder, Debian debian) throws IOException {
        this.folder = Files.createDirectory(folder);
        this.debian = debian;
        // Dovecot writes mail as nobody.
        Files.createDirectory(
                folder.resolve("mail"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("mail"), PosixFilePermissions.fromString("rwxrwxrwx"));
        var users = new StringBuilder();
        for (var user : new String[] {"ann", "dora", "bob"}) {
            users.append("%s@store.example::65534:65534::%s::%s\n"
                    .formatted(
                            user,
                            folder.resolve("mail").resolve(user),
                            user.equals("bob") ? "userdb_quota_rule=*:bytes=1" : ""));
        }
        Files.writeString(folder.resolve("users"), users);
        Files.writeString(folder.resolve("dovecot.conf"), """
                base_dir = /var/spool/dovecot/run
                state_dir = /var/spool/dovecot/state
                log_path = /dev/stderr
                protocols = lmtp
                listen = 127.0.0.1
                ssl = no
                first_valid_uid = 1
                mail_location = maildir:~/Maildir
                mail_plugins = quota
                default_internal_user = dovecot
                default_internal_group = dovecot
                default_login_user = dovenull
                service lmtp {
                  inet_listener lmtp {
                    port = %d
                  }
                  unix_listener %s {
                    mode = 0666
                  }
                }
                plugin {
                  quota = maildir
                }
                userdb {
                  driver = passwd-file
                  args = username_format=%%u %s
                }
                passdb {
                  driver = passwd-file
                  args = username_format=%%u %s
                }
                """.formatted(
                        port, socket(), folder.resolve("users"), folder.resolve("users")));
    }

    void start() throws IOException {
        Files.deleteIfExists(socket());
        var started = debian.start(
                folder.resolve("dovecot.out"),
                "sh",
                "-c",
                "mkdir -p /var/spool/dovecot && exec dovecot -F -c \"$1\"",
                "sh",
                folder.resolve("dovecot.conf").toString());
        server = started;
        await("Dovecot")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    if (!started.process().isAlive()) {
                        throw new IllegalStateException("ended: " + started.said());
                    }
                    try (var line = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return line.getInputStream().read() == '2';
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    int port() {
        return port;
    }

    Path socket() {
        return folder.resolve("lmtp");
    }

    Maildir box(String user) {
        return new Maildir(folder.resolve("mail").resolve(user).resolve("Maildir"));
    }

    String said() {
        var running = server;
        return running == null ? "" : running.said();
    }

    @Override
    public void close() {
        var running = server;
        if (running != null) {
            running.close();
        }
    }
}
