package org.tarishi.core.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.spi.Obtainable;

/** The checked form of {@link ListenerConfig}. */
@SettingsFor(ListenerSettings.PID)
record ListenerSettings(
        InetSocketAddress address,
        @Nullable UnixDomainSocketAddress path,
        Set<PosixFilePermission> permissions,
        ListenerMode mode,
        Networks proxyFrom,
        Duration proxyTimeout,
        ListenerTls tls,
        int maxSessions,
        ListenerLimits limits)
        implements Obtainable<ListenerSettings> {

    static final String PID = "org.tarishi.core.server.listener";

    /** {@code sun_path} of {@code sockaddr_un} has 108 octets in Linux and 104 elsewhere. */
    private static final int LONGEST_PATH = 100;

    ListenerSettings(ListenerConfig config) {
        this(
                new InetSocketAddress(address(config.address()), port(config.port())),
                path(config.path().strip()),
                permissions(config.permissions().strip()),
                mode(config.mode()),
                Networks.parse("proxyFrom", config.proxyFrom()),
                Settings.duration("proxyTimeout", config.proxyTimeout()),
                ListenerTls.of(config),
                config.maxSessions(),
                new ListenerLimits(config));
    }

    /** A TCP listener with everything else at its default. */
    ListenerSettings(InetSocketAddress address, ListenerMode mode) {
        this(
                address,
                null,
                Set.of(),
                mode,
                Networks.NONE,
                Duration.ofSeconds(10),
                ListenerTls.NONE,
                0,
                ListenerLimits.NONE.with(AuthSettings.use("", mode.name())));
    }

    ListenerSettings {
        permissions = Set.copyOf(permissions);
        Settings.within("proxyTimeout", proxyTimeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
        Settings.within("maxSessions", maxSessions, 0, 1_000_000);
    }

    /** Where it listens. */
    SocketAddress place() {
        return path == null ? address : path;
    }

    /**
     * Tries to listen where a moved listener would. One that still listens somewhere is better than one that waits for a port.
     *
     * <p>Where the one in force listens itself is not tried: it gives way when it moves. Of a port that the system chose nobody knows
     * here which it is, so then a taken one may be our own.
     */
    @Override
    public void checkInPlaceOf(ListenerSettings inForce) {
        var before = inForce.address;
        if (place().equals(inForce.place())) {
            return;
        }
        if (path != null) {
            var folder = path.getPath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new InvalidSettingException("path", "the folder is missing: " + path);
            }
            // A socket that is there may be left by somebody who has gone; who listens tells.
            if (Files.isRegularFile(path.getPath()) || Files.isDirectory(path.getPath())) {
                throw new InvalidSettingException("path", "a file that is no socket is there: " + path);
            }
            return;
        }
        refuse("address", trouble(new InetSocketAddress(address.getAddress(), 0)));
        var key = address.getPort() == before.getPort() ? "address" : "port";
        if (!overlap(before, address)) {
            refuse(key, before.getPort() == 0 ? Optional.empty() : trouble(address));
        } else if (!before.getAddress().isAnyLocalAddress()) {
            for (var other : ownAddresses()) {
                var canBeHad = trouble(new InetSocketAddress(other, 0)).isEmpty();
                if (canBeHad && !other.equals(before.getAddress())) {
                    refuse(key, trouble(new InetSocketAddress(other, address.getPort())));
                }
            }
        }
    }

    /** The kernel gives a port for all addresses to nobody while one of them is taken, be it by ourselves. */
    static boolean overlap(SocketAddress one, SocketAddress other) {
        return one instanceof InetSocketAddress a
                && other instanceof InetSocketAddress b
                && a.getPort() == b.getPort()
                && (a.getAddress().isAnyLocalAddress() || b.getAddress().isAnyLocalAddress());
    }

    private static void refuse(String key, Optional<String> trouble) {
        trouble.ifPresent(why -> {
            throw new InvalidSettingException(key, why);
        });
    }

    /** Says why nobody could listen on an address now; nothing when one could. */
    private static Optional<String> trouble(InetSocketAddress address) {
        try (var trial = ServerSocketChannel.open()) {
            // As the launcher does, or connections of a listener that has gone would be in the way.
            trial.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            trial.bind(address, 1);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot listen on " + text(address) + ": " + e.getMessage()
                    + (address.getPort() == 0
                            ? "; want an address of this host"
                            : "; want one that is free, or end what holds it (ss -ltnp sport = :" + address.getPort()
                                    + " names it)"));
        }
    }

    private static List<InetAddress> ownAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .toList();
        } catch (SocketException e) {
            throw new InvalidSettingException(
                    "address", "the addresses of this host cannot be told: " + e.getMessage());
        }
    }

    /** An address, never a name: nothing here may wait for a resolver. */
    private static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text.strip());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("address", "want an IP address such as 127.0.0.1 or ::1: " + text);
        }
    }

    private static int port(int port) {
        if (port < 0 || port > 65_535) {
            throw new InvalidSettingException("port", "must be from 0 to 65535: " + port);
        }
        return port;
    }

    private static ListenerMode mode(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "smtp" -> ListenerMode.SMTP;
            case "submission" -> ListenerMode.SUBMISSION;
            case "lmtp" -> ListenerMode.LMTP;
            default -> throw new InvalidSettingException("mode", "want smtp, submission or lmtp: " + text);
        };
    }

    private static @Nullable UnixDomainSocketAddress path(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            var path = Path.of(text);
            if (path.isAbsolute() && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH) {
                return UnixDomainSocketAddress.of(path.normalize());
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new InvalidSettingException(
                "path", "want an absolute path of at most " + LONGEST_PATH + " octets: " + text);
    }

    private static Set<PosixFilePermission> permissions(String text) {
        if (!text.matches("0?[67][0-7][0-7]")) {
            throw new InvalidSettingException("permissions", "want an octal number from 0600 to 0777: " + text);
        }
        int bits = Integer.parseInt(text, 8);
        var all = PosixFilePermission.values();
        var set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            // They are declared from the owner's read to the others' execute, as chmod(1) counts them.
            if ((bits & 0400 >> i) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }

    /** The address for people: {@code 127.0.0.1:25}, {@code [::1]:25}, or a path. */
    static String text(SocketAddress place) {
        if (!(place instanceof InetSocketAddress address)) {
            return place.toString();
        }
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
