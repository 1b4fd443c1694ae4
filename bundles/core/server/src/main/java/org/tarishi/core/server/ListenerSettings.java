package org.tarishi.core.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/** The checked form of {@link ListenerConfig}. */
@SettingsFor(ListenerSettings.PID)
record ListenerSettings(InetSocketAddress address, ListenerMode mode) {

    static final String PID = "org.tarishi.core.server.listener";

    ListenerSettings(ListenerConfig config) {
        this(new InetSocketAddress(address(config.address()), port(config.port())), mode(config.mode()));
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
