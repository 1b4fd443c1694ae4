package org.tarishi.core.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a posted form, read here so that the body is bounded and the query never mixes with it.
 *
 * @param fields by name; of a name that comes twice the first
 */
record Form(Map<String, String> fields) {
    private static final int LARGEST = 8192;
    private static final String TYPE = "application/x-www-form-urlencoded";

    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** Reads the body; nothing when it is too large or no such form. */
    static Optional<Form> read(HttpServletRequest request) throws IOException {
        var type = request.getContentType();
        if (type == null
                || !type.split(";", 2)[0].strip().equalsIgnoreCase(TYPE)
                || request.getContentLengthLong() > LARGEST) {
            return Optional.empty();
        }
        var body = request.getInputStream().readNBytes(LARGEST + 1);
        return body.length > LARGEST ? Optional.empty() : parse(new String(body, StandardCharsets.US_ASCII));
    }

    static Optional<Form> parse(String text) {
        var fields = new HashMap<String, String>();
        try {
            for (var pair : text.split("&", -1)) {
                var equals = pair.indexOf('=');
                if (equals >= 0) {
                    fields.putIfAbsent(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
                }
            }
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.of(new Form(Map.copyOf(fields)));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** Leaves the fields out: one of them is a password. */
    @Override
    public String toString() {
        return "form of " + fields.size() + " fields";
    }
}
