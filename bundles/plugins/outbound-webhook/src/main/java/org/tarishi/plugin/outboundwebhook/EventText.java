package org.tarishi.plugin.outboundwebhook;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/** One event as a JSON object (RFC 8259) in one line of ASCII, written from front to back. What has no value is left out. */
final class EventText {

    /** What a peer says is cut, so that an event is never larger than a segment. */
    private static final int LONGEST = 2000;

    private final StringBuilder out = new StringBuilder(400).append('{');

    EventText with(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            text(value.length() > LONGEST ? value.substring(0, LONGEST) : value);
        }
        return this;
    }

    EventText with(String name, long value) {
        name(name);
        out.append(value);
        return this;
    }

    EventText with(String name, boolean value) {
        name(name);
        out.append(value);
        return this;
    }

    EventText with(String name, Reply reply) {
        name(name);
        var status = reply.enhanced();
        out.append(new EventText()
                .with("code", reply.code())
                .with("status", status.isPresent() ? status.get().toString() : null)
                .with("text", reply.text()));
        return this;
    }

    private void name(String name) {
        if (out.length() > 1) {
            out.append(',');
        }
        text(name);
        out.append(':');
    }

    private void text(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c >= 0x7f) {
                out.append("\\u").append(hex(c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static String hex(char c) {
        return Integer.toHexString(0x10000 | c).substring(1);
    }

    /** Returns the object and a line end, as bytes. */
    byte[] line() {
        return (this + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the object. */
    @Override
    public String toString() {
        return out + "}";
    }
}
