package org.tarishi.core.boot;

import java.time.Duration;
import java.util.Map;

/**
 * The checked form of PID {@code org.tarishi.core.boot}.
 *
 * @param stopTimeout how long the bundles may take to stop
 * @param httpEnabled whether there is a web console at all
 * @param httpHost the address that the web console listens on
 * @param httpPort its port; 0 takes a free one
 */
record BootSettings(Duration stopTimeout, boolean httpEnabled, String httpHost, int httpPort) {

    static final String PID = "org.tarishi.core.boot";

    /** Reads values; the exception's message begins with the key that is wrong. */
    static BootSettings from(Map<String, String> values) {
        var stopTimeout = 30;
        var httpEnabled = true;
        var httpHost = "127.0.0.1";
        var httpPort = 8080;
        for (var entry : values.entrySet()) {
            var key = entry.getKey();
            var value = entry.getValue();
            switch (key) {
                case "stop.timeout" -> stopTimeout = Values.wholeNumber(key, value, 1, 3600);
                case "http.enabled" -> httpEnabled = Values.trueOrFalse(key, value);
                case "http.host" -> httpHost = host(key, value);
                case "http.port" -> httpPort = Values.wholeNumber(key, value, 0, 65535);
                default ->
                    throw new IllegalArgumentException(
                            key + ": no such key; there are stop.timeout, http.enabled, http.host, http.port");
            }
        }
        return new BootSettings(Duration.ofSeconds(stopTimeout), httpEnabled, httpHost, httpPort);
    }

    private static String host(String key, String value) {
        if (value.matches("[0-9A-Za-z.:-]+")) {
            return value;
        }
        throw new IllegalArgumentException(key + ": want an address or a host name: '" + value + "'");
    }
}
