package org.tarishi.core.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resolvers that {@code /etc/resolv.conf} names. The file is looked at every few seconds while somebody asks, and read again when it
 * has changed; one that can't be read changes nothing. Any thread.
 */
final class SystemServers implements Supplier<List<InetSocketAddress>> {

    static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private static final Logger LOG = LoggerFactory.getLogger(SystemServers.class);

    private static final long LOOK_EVERY = 5_000_000_000L;

    /** As in the C library, but for its three. */
    private static final int MOST_SERVERS = 8;

    private static final int LARGEST = 64 * 1024;

    private final Path file;
    private final LongSupplier nanos;

    private record Read(long lookedAt, @Nullable FileTime changed, List<InetSocketAddress> servers) {}

    private volatile @Nullable Read read;

    SystemServers(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
    }

    @Override
    public List<InetSocketAddress> get() {
        var last = read;
        long now = nanos.getAsLong();
        if (last != null && now - last.lookedAt() < LOOK_EVERY) {
            return last.servers();
        }
        var next = look(last, now);
        read = next;
        return next.servers();
    }

    private Read look(@Nullable Read last, long now) {
        try {
            var changed = Files.getLastModifiedTime(file);
            if (last != null && changed.equals(last.changed())) {
                return new Read(now, changed, last.servers());
            }
            var servers = parse();
            if (last == null || !servers.equals(last.servers())) {
                LOG.info("the resolvers of {} are {}", file, servers);
            }
            return new Read(now, changed, servers);
        } catch (IOException e) {
            if (last == null) {
                LOG.warn("{} can't be read, no resolver is known: {}", file, e.getMessage());
            }
            return new Read(now, null, last == null ? List.of() : last.servers());
        }
    }

    private List<InetSocketAddress> parse() throws IOException {
        var servers = new ArrayList<InetSocketAddress>();
        try (var in = Files.newInputStream(file)) {
            var text = new String(in.readNBytes(LARGEST), java.nio.charset.StandardCharsets.ISO_8859_1);
            for (var line : text.lines().toList()) {
                var words = line.strip().split("\\s+", -1);
                if (words.length >= 2 && words[0].equals("nameserver") && servers.size() < MOST_SERVERS) {
                    try {
                        servers.add(new InetSocketAddress(InetAddress.ofLiteral(words[1]), 53));
                    } catch (IllegalArgumentException e) {
                        LOG.debug("{}: no address: {}", file, words[1]);
                    }
                }
            }
        }
        return List.copyOf(servers);
    }
}
