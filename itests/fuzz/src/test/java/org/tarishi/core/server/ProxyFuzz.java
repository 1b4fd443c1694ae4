package org.tarishi.core.server;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tarishi.core.server.ProxyHeader.Result;

/**
 * PROXY headers: what they are does not change by what follows, and is known no sooner than they are whole; what they say is written as a
 * header that says the same.
 */
public final class ProxyFuzz {

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    private static final int PREFIXES = 6;

    private ProxyFuzz() {}

    /** Called by Jazzer. The first octet says whether a signature is put in front, without which little is tried. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        var bytes = switch (data[0] & 3) {
            case 0 -> join(SIGNATURE, data);
            case 1 -> join("PROXY ".getBytes(StandardCharsets.US_ASCII), data);
            case 2 -> join(SIGNATURE, withLength(data));
            default -> Arrays.copyOfRange(data, 1, data.length);
        };
        var whole = ProxyHeader.parse(ByteBuffer.wrap(bytes));
        int length = length(whole);
        check(length <= bytes.length, "no header is longer than what is there", bytes);
        if (length >= 0) {
            check(
                    same(ProxyHeader.parse(ByteBuffer.wrap(bytes, 0, length)), whole),
                    "what follows is not its own",
                    bytes);
        }
        int some = Arrays.hashCode(bytes);
        for (int i = 0; i < PREFIXES; i++) {
            prefix(bytes, Math.floorMod(some + i * (some >>> 8 | 1), bytes.length + 1), whole, length);
        }
        prefix(bytes, Math.max(0, length - 1), whole, length);
        if (whole instanceof Result.Proxied(var ignored, var source, var destination)) {
            check(source.getAddress() != null && destination.getAddress() != null, "nothing is looked up", bytes);
            again(source, destination, bytes);
        }
    }

    /** A prefix is a beginning, or already what the whole is. */
    private static void prefix(byte[] bytes, int end, Result whole, int length) {
        var part = ProxyHeader.parse(ByteBuffer.wrap(bytes, 0, end));
        if (!(part instanceof Result.Incomplete)) {
            check(same(part, whole), "more octets do not make it another thing", bytes);
            check(length < 0 || end >= length, "it is known when it is whole", bytes);
        }
    }

    private static void again(InetSocketAddress source, InetSocketAddress destination, byte[] bytes) {
        boolean v4 = source.getAddress() instanceof Inet4Address;
        if (v4 != destination.getAddress() instanceof Inet4Address) {
            // One of them is an IPv4 address that was written as IPv6.
            return;
        }
        var text = "PROXY " + (v4 ? "TCP4 " : "TCP6 ") + source.getAddress().getHostAddress() + " "
                + destination.getAddress().getHostAddress() + " " + source.getPort() + " " + destination.getPort()
                + "\r\n";
        var line = text.getBytes(StandardCharsets.US_ASCII);
        check(
                ProxyHeader.parse(ByteBuffer.wrap(line)).equals(new Result.Proxied(line.length, source, destination)),
                "version 1 can say the same: " + text.strip(),
                bytes);
        var from = source.getAddress().getAddress();
        var to = destination.getAddress().getAddress();
        var binary = ByteBuffer.allocate(16 + 2 * from.length + 4)
                .put(SIGNATURE)
                .put((byte) 0x21)
                .put((byte) (v4 ? 0x11 : 0x21))
                .putShort((short) (2 * from.length + 4))
                .put(from)
                .put(to)
                .putShort((short) source.getPort())
                .putShort((short) destination.getPort())
                .flip();
        check(
                ProxyHeader.parse(binary).equals(new Result.Proxied(binary.limit(), source, destination)),
                "so can version 2",
                bytes);
    }

    /** Puts a length that fits where version 2 has it. */
    private static byte[] withLength(byte[] data) {
        var fit = Arrays.copyOf(data, Math.max(4, data.length));
        ByteBuffer.wrap(fit).putShort(2, (short) (fit.length - 4));
        fit[0] = (byte) (0x20 | (fit[0] >> 2 & 1));
        return fit;
    }

    private static byte[] join(byte[] head, byte[] tail) {
        var both = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return both;
    }

    /** How long a header is, -1 where it is none. */
    private static int length(Result result) {
        return switch (result) {
            case Result.Incomplete() -> -1;
            case Result.Malformed(var ignored) -> -1;
            case Result.Proxied(var length, var source, var destination) -> length;
            case Result.Unknown(var length) -> length;
            case Result.Local(var length) -> length;
        };
    }

    private static boolean same(Result one, Result other) {
        return (one instanceof Result.Malformed && other instanceof Result.Malformed) || one.equals(other);
    }

    private static void check(boolean holds, String rule, byte[] of) {
        if (!holds) {
            throw new AssertionError(rule + ": " + java.util.HexFormat.of().formatHex(of));
        }
    }
}
