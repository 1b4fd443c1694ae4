package org.tarishi.core.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemServersTest {

    @TempDir
    private Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private SystemServers servers;
    private Path file;

    @BeforeEach
    void make() {
        file = folder.resolve("resolv.conf");
        servers = new SystemServers(file, nanos::get);
    }

    private static InetSocketAddress server(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 53);
    }

    @Test
    void eachNameserverLineIsOneAndAllElseIsPassedOver() throws IOException {
        Files.writeString(file, """
                # a comment
                search example.com
                nameserver 192.0.2.1
                  nameserver\t2001:db8::1   # behind it
                nameserver ns.example
                nameserver
                options edns0
                """);

        assertThat(servers.get()).containsExactly(server("192.0.2.1"), server("2001:db8::1"));
    }

    @Test
    void aChangeIsSeenAfterAWhileAndAFileThatGoesChangesNothing() throws IOException {
        Files.writeString(file, "nameserver 192.0.2.1\n");
        assertThat(servers.get()).containsExactly(server("192.0.2.1"));
        Files.writeString(file, "nameserver 192.0.2.2\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
        assertThat(servers.get()).containsExactly(server("192.0.2.1"));

        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThat(servers.get()).containsExactly(server("192.0.2.2"));

        Files.delete(file);
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThat(servers.get()).containsExactly(server("192.0.2.2"));
    }

    @Test
    void withoutAFileThereIsNone() {
        assertThat(servers.get()).isEmpty();
    }
}
