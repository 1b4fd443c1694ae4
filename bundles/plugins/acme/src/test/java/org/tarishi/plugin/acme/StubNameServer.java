package org.tarishi.plugin.acme;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** A primary name server on loopback, TCP only, that takes signed updates of the zone {@code zone.example}. */
public final class StubNameServer implements AutoCloseable {

    final Name zone;
    final List<Record> records = new CopyOnWriteArrayList<>();
    volatile @Nullable TSIG key;
    volatile int rcode = Rcode.NOERROR;
    volatile boolean signsAnswers = true;
    volatile boolean knowsItsZone = true;
    private final ServerSocket server;

    /** Starts it, without a record. */
    public StubNameServer() throws IOException {
        zone = Name.fromString("zone.example.");
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    var socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    /** Its address and port, as settings name it. */
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** The texts that stand under a name. */
    public List<String> txt(String name) {
        return records.stream()
                .filter(record -> record instanceof TXTRecord
                        && record.getName().toString(true).equals(name))
                .map(record -> ((TXTRecord) record).getStrings().getFirst())
                .toList();
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                var bytes = new byte[in.readUnsignedShort()];
                in.readFully(bytes);
                var answer = answer(new Message(bytes), bytes);
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private byte[] answer(Message query, byte[] bytes) throws TextParseException {
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.getHeader().setOpcode(query.getHeader().getOpcode());
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        var secret = key;
        if (secret != null && secret.verify(query, bytes, null) != Rcode.NOERROR) {
            answer.getHeader().setRcode(Rcode.NOTAUTH);
            return answer.toWire();
        }
        if (query.getHeader().getOpcode() == Opcode.UPDATE) {
            answer.getHeader().setRcode(rcode);
            if (rcode == Rcode.NOERROR) {
                update(query, answer);
            }
        } else {
            look(query.getQuestion(), answer);
        }
        if (secret != null && signsAnswers) {
            answer.setTSIG(secret, Rcode.NOERROR, query.getTSIG());
        }
        return answer.toWire(65535);
    }

    private void update(Message query, Message answer) {
        if (!query.getQuestion().getName().equals(zone)) {
            answer.getHeader().setRcode(Rcode.NOTZONE);
            return;
        }
        for (var record : query.getSection(Section.UPDATE)) {
            if (record.getDClass() == DClass.NONE) {
                records.removeIf(old -> old.getName().equals(record.getName())
                        && old.getType() == record.getType()
                        && old.rdataToString().equals(record.rdataToString()));
            } else {
                records.add(record);
            }
        }
    }

    private void look(Record question, Message answer) throws TextParseException {
        boolean isThere = false;
        for (var record : records) {
            if (record.getName().equals(question.getName())) {
                isThere = true;
                if (record instanceof CNAMERecord || record.getType() == question.getType()) {
                    answer.addRecord(record, Section.ANSWER);
                }
            }
        }
        if (!isThere) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        if (knowsItsZone && question.getType() == Type.SOA) {
            answer.addRecord(
                    new SOARecord(zone, DClass.IN, 60, zone, Name.fromString("host", zone), 1, 1, 1, 1, 1),
                    Section.AUTHORITY);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
