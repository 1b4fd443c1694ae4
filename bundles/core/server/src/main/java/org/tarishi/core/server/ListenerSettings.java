package org.tarishi.core.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.spi.Obtainable;

/** The checked form of {@link ListenerConfig}. */
@SettingsFor(ListenerSettings.PID)
record ListenerSettings(InetSocketAddress address, ListenerMode mode) implements Obtainable<ListenerSettings> {

    static final String PID = "org.tarishi.core.server.listener";

    ListenerSettings(ListenerConfig config) {
        this(new InetSocketAddress(address(config.address()), port(config.port())), mode(config.mode()));
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
        if (address.equals(before)) {
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
    static boolean overlap(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort()
                && (one.getAddress().isAnyLocalAddress() || other.getAddress().isAnyLocalAddress());
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

    /** The address for people: {@code 127.0.0.1:25}, {@code [::1]:25}. */
    static String text(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
