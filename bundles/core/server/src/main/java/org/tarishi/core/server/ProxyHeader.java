package org.tarishi.core.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of the PROXY protocol, versions 1 and 2 (haproxy, "The PROXY protocol", 2020/03/05). A function: the same bytes give
 * the same result, however they came.
 */
final class ProxyHeader {

    /** Octets of a header of version 1 with its CRLF (section 2.1). */
    private static final int MOST_V1 = 107;

    /**
     * Octets of a header of version 2. Two bytes give its length, which would let a peer make us hold 64 KiB; the addresses take 216, and
     * the extensions that are in use some hundred.
     */
    static final int MOST_V2 = 4_096;

    private static final byte[] SIGNATURE_V1 = {'P', 'R', 'O', 'X', 'Y', ' '};
    private static final byte[] SIGNATURE_V2 = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

    private static final int FIXED_V2 = 16;
    private static final int TLV_CRC32C = 0x03;

    /** What bytes are. */
    sealed interface Result {

        /** The beginning of a header. */
        record Incomplete() implements Result {}

        /** No header, nor the beginning of one. */
        record Malformed(String why) implements Result {}

        /**
         * A whole header that says who the client is.
         *
         * @param length its octets; what stands behind them is the client's
         */
        record Proxied(int length, InetSocketAddress source, InetSocketAddress destination) implements Result {}

        /**
         * A whole header that does not say who the client is: UNKNOWN, AF_UNSPEC, AF_UNIX. The addresses of the connection count.
         *
         * @param length its octets
         */
        record Unknown(int length) implements Result {}

        /**
         * A whole header of a connection that the proxy made for itself, such as a health check.
         *
         * @param length its octets
         */
        record Local(int length) implements Result {}
    }

    private static final Result INCOMPLETE = new Result.Incomplete();

    private ProxyHeader() {}

    /** Returns what the bytes between position and limit are; neither is moved. */
    static Result parse(ByteBuffer bytes) {
        var b = bytes.slice();
        if (!b.hasRemaining()) {
            return INCOMPLETE;
        }
        return b.get(0) == SIGNATURE_V2[0] ? version2(b) : version1(b);
    }

    private static Result malformed(String why) {
        return new Result.Malformed(why);
    }

    private static boolean begins(ByteBuffer b, byte[] signature) {
        int n = Math.min(b.limit(), signature.length);
        for (int i = 0; i < n; i++) {
            if (b.get(i) != signature[i]) {
                return false;
            }
        }
        return true;
    }

    // ---- version 1: a line of text ----

    private static Result version1(ByteBuffer b) {
        if (!begins(b, SIGNATURE_V1)) {
            return malformed("no PROXY header");
        }
        int most = Math.min(b.limit(), MOST_V1);
        for (int i = SIGNATURE_V1.length; i < most; i++) {
            byte c = b.get(i);
            if (c == '\n') {
                return b.get(i - 1) == '\r' ? line(b, i + 1) : malformed("a line feed without carriage return");
            }
            if (b.get(i - 1) == '\r') {
                return malformed("a carriage return without line feed");
            }
        }
        return b.limit() < MOST_V1 ? INCOMPLETE : malformed("longer than " + MOST_V1 + " octets");
    }

    private static Result line(ByteBuffer b, int length) {
        var bytes = new byte[length - 2];
        b.get(0, bytes);
        var words = new String(bytes, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            // "The receiver must ignore anything presented before the CRLF is found."
            return new Result.Unknown(length);
        }
        boolean v4 = words[1].equals("TCP4");
        if (!v4 && !words[1].equals("TCP6")) {
            return malformed("neither TCP4, TCP6 nor UNKNOWN");
        }
        if (words.length != 6) {
            return malformed("want two addresses and two ports");
        }
        var source = v4 ? address4(words[2]) : address6(words[2]);
        var destination = v4 ? address4(words[3]) : address6(words[3]);
        if (source == null || destination == null) {
            return malformed("an address is none of " + words[1]);
        }
        int from = number(words[4], 65_535);
        int to = number(words[5], 65_535);
        if (from < 0 || to < 0) {
            return malformed("a port is none");
        }
        return new Result.Proxied(length, new InetSocketAddress(source, from), new InetSocketAddress(destination, to));
    }

    private static @Nullable InetAddress address4(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        var bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            int n = number(parts[i], 255);
            if (n < 0) {
                return null;
            }
            bytes[i] = (byte) n;
        }
        return address(bytes);
    }

    /** Returns an IPv6 address, or the IPv4 address that is mapped into it; null for what is none. */
    private static @Nullable InetAddress address6(String text) {
        // A literal may have a scope behind a percent sign, or be an IPv4 address; these may not.
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
                return null;
            }
        }
        if (text.indexOf(':') < 0) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns a number without leading zeros; -1 for anything else. */
    private static int number(String text, int most) {
        if (text.isEmpty() || text.length() > 5 || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        int n = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + (c - '0');
        }
        return n <= most ? n : -1;
    }

    // ---- version 2: binary ----

    private static Result version2(ByteBuffer b) {
        if (!begins(b, SIGNATURE_V2)) {
            return malformed("no PROXY header");
        }
        int here = b.limit();
        if (here > 12 && (b.get(12) & 0xf0) != 0x20) {
            return malformed("neither version 1 nor 2");
        }
        if (here > 12 && (b.get(12) & 0x0f) > 1) {
            return malformed("neither LOCAL nor PROXY");
        }
        if (here < FIXED_V2) {
            return INCOMPLETE;
        }
        int length = FIXED_V2 + Short.toUnsignedInt(b.getShort(14));
        if (length > MOST_V2) {
            return malformed("longer than " + MOST_V2 + " octets");
        }
        if (here < length) {
            return INCOMPLETE;
        }
        if ((b.get(12) & 0x0f) == 0) {
            // "The receiver must use the real connection endpoints and discard the protocol block including the
            // family".
            return new Result.Local(length);
        }
        return switch (b.get(13)) {
            case 0x00 -> new Result.Unknown(length);
            case 0x11 -> proxied(b.limit(length), 4);
            case 0x21 -> proxied(b.limit(length), 16);
            case 0x31 -> unix(b.limit(length));
            default -> malformed("neither TCP over IPv4 or IPv6, nor a Unix stream");
        };
    }

    private static Result proxied(ByteBuffer b, int octets) {
        int end = FIXED_V2 + 2 * octets + 4;
        if (b.limit() < end) {
            return malformed("shorter than its addresses");
        }
        var why = extensions(b, end);
        if (why != null) {
            return malformed(why);
        }
        var source = new byte[octets];
        var destination = new byte[octets];
        b.get(FIXED_V2, source);
        b.get(FIXED_V2 + octets, destination);
        return new Result.Proxied(
                b.limit(),
                new InetSocketAddress(address(source), Short.toUnsignedInt(b.getShort(end - 4))),
                new InetSocketAddress(address(destination), Short.toUnsignedInt(b.getShort(end - 2))));
    }

    /** A client of the proxy's own machine; that it is on ours nobody says. */
    private static Result unix(ByteBuffer b) {
        int end = FIXED_V2 + 2 * 108;
        if (b.limit() < end) {
            return malformed("shorter than its addresses");
        }
        var why = extensions(b, end);
        return why == null ? new Result.Unknown(b.limit()) : malformed(why);
    }

    /** Checks the extensions (TLVs) behind the addresses; says what is wrong with them. */
    private static @Nullable String extensions(ByteBuffer b, int start) {
        int at = start;
        while (at < b.limit()) {
            if (b.limit() - at < 3) {
                return "an extension is cut off";
            }
            int length = Short.toUnsignedInt(b.getShort(at + 1));
            if (length > b.limit() - at - 3) {
                return "an extension is cut off";
            }
            if (b.get(at) == TLV_CRC32C) {
                if (length != 4) {
                    return "a checksum that is none";
                }
                if (b.getInt(at + 3) != checksum(b, at + 3)) {
                    return "wrong checksum";
                }
            }
            at += 3 + length;
        }
        return null;
    }

    /** The sum over the whole header, with zeros where it stands itself (section 2.2.3). */
    private static int checksum(ByteBuffer b, int place) {
        var sum = new CRC32C();
        sum.update(b.slice(0, place));
        sum.update(new byte[4]);
        sum.update(b.slice(place + 4, b.limit() - place - 4));
        return (int) sum.getValue();
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " octets", e);
        }
    }
}
