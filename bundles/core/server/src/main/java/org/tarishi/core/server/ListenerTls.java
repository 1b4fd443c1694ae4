package org.tarishi.core.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.ClientCertificates;

/**
 * What a listener's settings say of TLS.
 *
 * @param certificates what is wanted of clients' certificates
 * @param timeout how long a handshake may take
 * @param without clients that STARTTLS is not offered to, by address
 * @param tablesWithout the same, by tables in which their address or name stands
 */
record ListenerTls(
        TlsMode mode, ClientCertificates certificates, Duration timeout, Networks without, List<String> tablesWithout) {

    private static final Pattern TABLE = Pattern.compile("[a-z][a-z0-9+-]+:.*");
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]+(/[0-9]+)?");

    static final ListenerTls NONE =
            new ListenerTls(TlsMode.OFF, ClientCertificates.NONE, Duration.ofSeconds(30), Networks.NONE, List.of());

    ListenerTls {
        tablesWithout = List.copyOf(tablesWithout);
        Settings.within("tlsTimeout", timeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
    }

    static ListenerTls of(ListenerConfig config) {
        var addresses = new ArrayList<String>();
        var tables = new ArrayList<String>();
        for (var text : config.withoutTls()) {
            // fd00::1 looks like both, and is an address.
            var one = text.strip();
            (TABLE.matcher(one).matches() && !ADDRESS.matcher(one).matches() ? tables : addresses).add(one);
        }
        return new ListenerTls(
                mode(config.tls()),
                certificates(config.clientCertificates()),
                Settings.duration("tlsTimeout", config.tlsTimeout()),
                Networks.parse("withoutTls", addresses.toArray(String[]::new)),
                tables);
    }

    private static TlsMode mode(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "off" -> TlsMode.OFF;
            case "offered" -> TlsMode.OFFERED;
            case "required" -> TlsMode.REQUIRED;
            case "implicit" -> TlsMode.IMPLICIT;
            default -> throw new InvalidSettingException("tls", "want off, offered, required or implicit: " + text);
        };
    }

    private static ClientCertificates certificates(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "none" -> ClientCertificates.NONE;
            case "asked" -> ClientCertificates.ASKED;
            case "required" -> ClientCertificates.REQUIRED;
            default -> throw new InvalidSettingException("clientCertificates", "want none, asked or required: " + text);
        };
    }
}
