package org.tarishi.core.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A resolver on loopback, by UDP and TCP, that answers from one list of records, and misbehaves as it is told to. */
final class StubNameServer implements AutoCloseable {

    /** What it does. */
    enum Mood {
        HONEST,
        /** Never answers. */
        SILENT,
        SERVFAIL,
        /** Cuts every answer by UDP. */
        TRUNCATING,
        /** Answers by UDP with another id first, and with nothing else. */
        WRONG_ID,
        /** Answers another question. */
        WRONG_QUESTION,
        /** Sends what is no message. */
        GARBAGE,
        /** Answers when {@link #gate} opens. */
        HELD
    }

    final List<Record> records = new CopyOnWriteArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final CountDownLatch gate = new CountDownLatch(1);
    volatile Mood mood = Mood.HONEST;
    volatile boolean saysAuthenticated;
    volatile boolean endsAtAliases;
    volatile boolean sendsStart = true;

    /** Questions for this type alone end in SERVFAIL; 0 for none. */
    volatile int failingType;

    private final DatagramSocket udp;
    private final ServerSocket tcp;

    StubNameServer() throws IOException {
        var listener = listen();
        var datagrams = datagramsAt(listener);
        while (datagrams == null) {
            listener.close(); // its port is taken by UDP; another one, then
            listener = listen();
            datagrams = datagramsAt(listener);
        }
        tcp = listener;
        udp = datagrams;
        Thread.ofPlatform().daemon().start(this::datagrams);
        Thread.ofVirtual().start(this::connections);
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static @Nullable DatagramSocket datagramsAt(ServerSocket listener) {
        try {
            return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
        } catch (IOException e) {
            return null;
        }
    }

    String address() {
        return "127.0.0.1:" + tcp.getLocalPort();
    }

    /** Adds records in the form of a zone file. */
    void zone(String text) throws IOException {
        try (var master = new Master(
                new java.io.ByteArrayInputStream(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                Name.root,
                300)) {
            for (var record = master.nextRecord(); record != null; record = master.nextRecord()) {
                records.add(record);
            }
        }
    }

    long count(String question) {
        return asked.stream().filter(question::equals).count();
    }

    private void datagrams() {
        var buffer = new byte[65535];
        while (!udp.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                var bytes = Arrays.copyOf(packet.getData(), packet.getLength());
                var from = packet.getSocketAddress();
                Thread.ofVirtual().start(() -> {
                    try {
                        var answer = respond(bytes, "udp");
                        if (answer != null) {
                            udp.send(new DatagramPacket(answer, answer.length, from));
                        }
                    } catch (IOException e) {
                        // closed
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private void connections() {
        while (!tcp.isClosed()) {
            try {
                var socket = tcp.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                var bytes = new byte[in.readUnsignedShort()];
                in.readFully(bytes);
                var answer = respond(bytes, "tcp");
                if (answer != null) {
                    out.writeShort(answer.length);
                    out.write(answer);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private byte @Nullable [] respond(byte[] bytes, String by) throws IOException {
        var query = new Message(bytes);
        var question = query.getQuestion();
        asked.add(by + " " + question.getName().toString(true) + " " + Type.string(question.getType()));
        var now = question.getType() == failingType ? Mood.SERVFAIL : mood;
        if (now == Mood.HELD) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                return null;
            }
        }
        int id = query.getHeader().getID();
        return switch (now) {
            case SILENT -> null;
            case GARBAGE -> new byte[] {(byte) (id >> 8), (byte) id, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
            case WRONG_ID -> message(id ^ 1, question, Rcode.NOERROR).toWire();
            case WRONG_QUESTION ->
                message(
                                id,
                                Record.newRecord(Name.fromString("other.example."), question.getType(), DClass.IN),
                                Rcode.NOERROR)
                        .toWire();
            case SERVFAIL -> message(id, question, Rcode.SERVFAIL).toWire();
            case TRUNCATING -> {
                if (by.equals("udp")) {
                    var cut = message(id, question, Rcode.NOERROR);
                    cut.getHeader().setFlag(Flags.TC);
                    yield cut.toWire();
                }
                yield answer(id, question).toWire(65535);
            }
            default -> answer(id, question).toWire(65535);
        };
    }

    private static Message message(int id, Record question, int rcode) {
        var message = new Message(id);
        message.getHeader().setFlag(Flags.QR);
        message.getHeader().setFlag(Flags.RA);
        message.getHeader().setRcode(rcode);
        message.addRecord(question, Section.QUESTION);
        return message;
    }

    private Message answer(int id, Record question) {
        var message = message(id, question, Rcode.NOERROR);
        if (saysAuthenticated) {
            message.getHeader().setFlag(Flags.AD);
        }
        var name = question.getName();
        for (int aliases = 0; aliases < 40; aliases++) {
            var found = add(message, name, question.getType(), Section.ANSWER);
            if (found) {
                return message;
            }
            var alias = of(name, Type.CNAME);
            if (alias.isEmpty()) {
                break;
            }
            add(message, name, Type.CNAME, Section.ANSWER);
            name = ((org.xbill.DNS.CNAMERecord) alias.getFirst()).getTarget();
            if (endsAtAliases) {
                return message;
            }
        }
        var last = name;
        if (records.stream().noneMatch(record -> record.getName().subdomain(last))) {
            message.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        if (sendsStart) {
            for (var zone : zones(last)) {
                if (add(message, zone, Type.SOA, Section.AUTHORITY)) {
                    break;
                }
            }
        }
        for (var record : records) {
            if (record instanceof NSECRecord proof && proves(proof, last)) {
                add(message, proof.getName(), Type.NSEC, Section.AUTHORITY);
            }
        }
        return message;
    }

    /** Whether this record proves that there is no such name, no such type, or no wildcard. */
    private static boolean proves(NSECRecord proof, Name name) {
        var wild = Name.fromConstantString("*.");
        return proof.getName().equals(name) || covers(proof, name) || covers(proof, wild);
    }

    private static boolean covers(NSECRecord proof, Name name) {
        boolean isLast = proof.getNext().compareTo(proof.getName()) <= 0;
        return proof.getName().compareTo(name) < 0 && (isLast || name.compareTo(proof.getNext()) < 0);
    }

    private static List<Name> zones(Name name) {
        var all = new ArrayList<Name>();
        for (int labels = 0; labels < name.labels(); labels++) {
            all.add(new Name(name, labels));
        }
        return all;
    }

    private List<Record> of(Name name, int type) {
        return records.stream()
                .filter(record -> record.getName().equals(name) && record.getType() == type)
                .toList();
    }

    private boolean add(Message message, Name name, int type, int section) {
        var found = of(name, type);
        found.forEach(record -> message.addRecord(record, section));
        records.stream()
                .filter(record -> record instanceof org.xbill.DNS.RRSIGRecord signature
                        && signature.getName().equals(name)
                        && signature.getTypeCovered() == type)
                .forEach(record -> message.addRecord(record, section));
        return !found.isEmpty();
    }

    @Override
    public void close() throws IOException {
        gate.countDown();
        udp.close();
        tcp.close();
    }
}
