package org.tarishi.itests.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A resolver on loopback, by UDP, that knows a list of records, and says of them that DNSSEC vouches for them if it is told to. */
public final class NameServer implements AutoCloseable {

    private static final int A = 1;
    private static final int MX = 15;
    private static final int TLSA = 52;
    private static final int HEADER = 12;

    /** A record, its data in hexadecimal digits. */
    private record Entry(String name, int type, String data) {}

    private final DatagramSocket socket;
    private final List<Entry> records = new CopyOnWriteArrayList<>();
    private volatile boolean isAuthenticated;

    /** Starts one. */
    public NameServer() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("name-server").start(this::serve);
    }

    /** Returns where it is, as settings have it. */
    public String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** Adds an IPv4 address. */
    public NameServer a(String name, String address) {
        return add(name, A, InetAddress.ofLiteral(address).getAddress());
    }

    /** Adds a mail exchanger. */
    public NameServer mx(String name, int preference, String host) {
        return add(
                name,
                MX,
                ByteBuffer.allocate(host.length() + 4)
                        .putShort((short) preference)
                        .put(wire(host))
                        .array());
    }

    /** Adds a TLSA record, its data in hexadecimal digits. */
    public NameServer tlsa(String name, int usage, int selector, int matching, String data) {
        var bytes = HexFormat.of().parseHex(data);
        return add(
                name,
                TLSA,
                ByteBuffer.allocate(bytes.length + 3)
                        .put((byte) usage)
                        .put((byte) selector)
                        .put((byte) matching)
                        .put(bytes)
                        .array());
    }

    private NameServer add(String name, int type, byte[] data) {
        records.add(
                new Entry(name.toLowerCase(Locale.ROOT), type, HexFormat.of().formatHex(data)));
        return this;
    }

    /** Says of every answer that it is authenticated. */
    public NameServer authenticated() {
        isAuthenticated = true;
        return this;
    }

    private static byte[] wire(String name) {
        var out = new ByteArrayOutputStream();
        for (var label : name.split("\\.", -1)) {
            out.write(label.length());
            out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.write(0);
        return out.toByteArray();
    }

    private void serve() {
        var buffer = new byte[4096];
        while (!socket.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                var answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                return;
            }
        }
    }

    private byte[] answer(byte[] query) {
        var name = new StringBuilder();
        int at = HEADER;
        while (query[at] != 0) {
            int length = query[at];
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
            at += length + 1;
        }
        int type = ((query[at + 1] & 0xff) << 8) | (query[at + 2] & 0xff);
        int end = at + 5;
        var wanted = name.toString();
        var found = records.stream()
                .filter(entry -> entry.name.equals(wanted) && entry.type == type)
                .toList();
        boolean isKnown =
                records.stream().anyMatch(entry -> entry.name.equals(wanted) || entry.name.endsWith("." + wanted));
        var out = ByteBuffer.allocate(4096);
        out.put(query, 0, 2)
                .put((byte) 0x81) // an answer; recursion was desired
                .put((byte) (0x80 | (isAuthenticated ? 0x20 : 0) | (isKnown ? 0 : 3)))
                .putShort((short) 1)
                .putShort((short) found.size())
                .putInt(0)
                .put(query, HEADER, end - HEADER);
        for (var entry : found) {
            var data = HexFormat.of().parseHex(entry.data);
            out.putShort((short) 0xc00c)
                    .putShort((short) type)
                    .putShort((short) 1)
                    .putInt(60)
                    .putShort((short) data.length)
                    .put(data);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
