package org.tarishi.core.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.itests.fuzz.Defaults;

/** Replies of a server: each is read up to the end of its last line and no further, or refused; what is kept of one can't forge another. */
public final class ReplyFuzz {

    private static final ReplyReader READER = new ReplyReader(new Settings(Defaults.of(Config.class)));

    private ReplyFuzz() {}

    /** Called by Jazzer: what a server sends, one reply behind the other. */
    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        var in = new Source(data);
        int from = 0;
        while (true) {
            Reply reply;
            try {
                reply = READER.read(in);
            } catch (ProtocolException e) {
                check(
                        Text.escaped(String.valueOf(e.getMessage())).equals(e.getMessage()),
                        "it is told harmlessly",
                        data);
                return;
            } catch (EOFException e) {
                check(in.at == data.length, "all was read", data);
                return;
            }
            var its = Arrays.copyOfRange(data, from, in.at);
            from = in.at;
            check(its[its.length - 1] == '\n', "it ends with its last line", its);
            var lines = new String(its, StandardCharsets.ISO_8859_1).split("\n", -1);
            check(lines.length - 1 == reply.lines().size(), "as many lines as were sent", its);
            for (int i = 0; i < lines.length - 1; i++) {
                check(lines[i].startsWith(Integer.toString(reply.code())), "each line has its code", its);
                boolean isLast = i == lines.length - 2;
                check(isLast != (lines[i].length() > 3 && lines[i].charAt(3) == '-'), "the last has no hyphen", its);
            }
            again(reply, its);
        }
    }

    /** What was read, written as a server would, is a reply of the same code and length. */
    private static void again(Reply reply, byte[] its) throws IOException {
        var text = new StringBuilder();
        int last = reply.lines().size() - 1;
        for (int i = 0; i <= last; i++) {
            text.append(reply.code()).append(i == last ? ' ' : '-');
            reply.enhanced().ifPresent(status -> text.append(status).append(' '));
            text.append(reply.lines().get(i)).append("\r\n");
        }
        var in = new Source(text.toString().getBytes(StandardCharsets.UTF_8));
        var read = READER.read(in);
        check(in.at == in.data.length, "nothing of it is left", its);
        check(read.code() == reply.code() && read.lines().size() == last + 1, "it is read as the same", its);
        if (reply.status() != null) {
            check(read.equals(reply), "and, where it has a status, as it was", its);
        }
    }

    /** Bytes that end. */
    private static final class Source implements ByteSource {

        final byte[] data;
        int at;

        Source(byte[] data) {
            this.data = data;
        }

        @Override
        public int read() throws EOFException {
            if (at == data.length) {
                throw new EOFException();
            }
            return data[at++] & 0xff;
        }
    }

    private static void check(boolean holds, String rule, byte[] of) {
        if (!holds) {
            throw new AssertionError(rule + ": " + Text.escaped(new String(of, StandardCharsets.ISO_8859_1)));
        }
    }
}
