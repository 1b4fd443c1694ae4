package org.tarishi.itests.harness;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Talks to a server as nobody should: dialogues made of a grammar, then broken, torn, pipelined, left early. Each comes from a number, so
 * that one that did harm can be had again.
 */
public final class RandomDialogues {

    private static final int CONNECT_MILLIS = 30_000;
    private static final int END_MILLIS = 30_000;
    private static final int MOST_TROUBLES = 20;
    private static final int MOST_STEPS = 14;

    private static final String[] HELLOS = {
        "EHLO client.example",
        "HELO client.example",
        "LHLO client.example",
        "EHLO [127.0.0.1]",
        "EHLO [IPv6:::1]",
        "EHLO",
        "EHLO \u00fc.example"
    };
    private static final String[] SENDERS = {
        "MAIL FROM:<a@client.example>",
        "MAIL FROM:<>",
        "MAIL FROM:<a@client.example> SIZE=1000",
        "MAIL FROM:<a@client.example> BODY=8BITMIME SMTPUTF8",
        "MAIL FROM:<a@client.example> BODY=BINARYMIME",
        "MAIL FROM:<a@client.example> RET=HDRS ENVID=x+2By",
        "MAIL FROM:<a@client.example> MT-PRIORITY=3 HOLDFOR=10",
        "MAIL FROM:<\u00fc@xn--mller-kva.example> SMTPUTF8",
        "MAIL FROM:<\"a b\"@[192.0.2.1]>",
        "MAIL FROM:<@x.example,@y.example:a@client.example>",
        "MAIL FROM:a@client.example",
        "MAIL FROM:<a@xn--nnx10000667xnr006>",
        "MAIL"
    };
    private static final String[] RECIPIENTS = {
        "RCPT TO:<user@example.com>",
        "RCPT TO:<user@example.com>",
        "RCPT TO:<user2@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+40y",
        "RCPT TO:<postmaster>",
        "RCPT TO:<user@elsewhere.example>",
        "RCPT TO:<\u00fc@example.com>",
        "RCPT TO:<user@example.com",
        "RCPT TO:"
    };
    private static final String[] OTHERS = {
        "RSET",
        "NOOP",
        "NOOP x",
        "HELP",
        "VRFY user",
        "EXPN list",
        "STARTTLS",
        "AUTH PLAIN AGEAYg==",
        "AUTH LOGIN",
        "XCLIENT ADDR=192.0.2.9 NAME=x.example PROTO=ESMTP",
        "XCLIENT ADDR=IPV6:::1 LOGIN=+",
        "XFORWARD ADDR=192.0.2.9 NAME=[UNAVAILABLE] SOURCE=LOCAL",
        "PROXY TCP4 192.0.2.1 127.0.0.1 1 2",
        "GET / HTTP/1.1",
        "ETRN x",
        "",
        " ",
        "FOO bar"
    };
    private static final String[] LINES = {
        "Subject: x",
        "From: a@b.example",
        "Received: by x",
        " folded",
        "",
        ".",
        "..",
        ".x",
        "x",
        "no field",
        "Content-Type: multipart/mixed; boundary=b",
        "--b",
        "--b--"
    };
    private static final String[] TERMINATORS = {
        "\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r", "\r\n.\r", "\r\r\n.\r\r\n", "\u0000.\r\n"
    };

    private final int port;
    private final long seed;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong replies = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong unconnected = new AtomicLong();
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();

    /**
     * What came of it.
     *
     * @param dialogues how many there were
     * @param replies how many lines the server said
     * @param accepted how many messages it took
     * @param unconnected how many connections could not be made
     * @param troubles the first dialogues that the server did not end, or answered with what is no reply
     */
    public record Tally(long dialogues, long replies, long accepted, long unconnected, List<String> troubles) {}

    /** Makes dialogues with the server at a port of loopback, from a seed. */
    public RandomDialogues(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /** Holds so many more dialogues, some at a time, and returns what has come of all so far. */
    public Tally hold(long dialogues, int atATime) throws InterruptedException {
        long end = next.get() + dialogues;
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < atATime; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (long number = next.getAndIncrement(); number < end; number = next.getAndIncrement()) {
                    hold(number);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        next.set(end);
        return new Tally(done.get(), replies.get(), accepted.get(), unconnected.get(), List.copyOf(troubles));
    }

    /** Holds the dialogue of a number. */
    public void hold(long number) {
        var random = new Random(seed * 1_000_003 + number);
        try (var socket = new Socket()) {
            try {
                // Other ends than 127.0.0.1, so that there are ports enough.
                socket.bind(new InetSocketAddress("127.0.0." + (1 + random.nextInt(250)), 0));
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            } catch (IOException e) {
                unconnected.incrementAndGet();
                return;
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(END_MILLIS);
            talk(socket, random, number);
        } catch (IOException e) {
            // It closed its side while we spoke: its good right.
        } finally {
            done.incrementAndGet();
        }
    }

    private void talk(Socket socket, Random random, long number) throws IOException {
        var reader = new Reader(socket, number);
        var thread = Thread.ofVirtual().start(reader);
        try {
            boolean inStep = random.nextInt(3) == 0;
            if (random.nextInt(4) > 0) {
                reader.await(1);
            }
            var pending = new ByteArrayOutputStream();
            int steps = 1 + random.nextInt(MOST_STEPS);
            for (int i = 0; i < steps; i++) {
                long before = reader.lines();
                pending.writeBytes(step(random));
                if (inStep || random.nextInt(4) == 0) {
                    send(socket, broken(pending.toByteArray(), random), random);
                    pending.reset();
                }
                if (inStep) {
                    reader.await(before + 1);
                }
            }
            if (random.nextInt(3) == 0) {
                pending.writeBytes(line("QUIT"));
            }
            send(socket, broken(pending.toByteArray(), random), random);
            if (random.nextInt(4) == 0) {
                // Gone without a word; what was not read is lost.
                socket.setSoLinger(true, 0);
                return;
            }
            socket.shutdownOutput();
            join(thread);
        } finally {
            socket.close();
            join(thread);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the grammar

    private static byte[] step(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> line(one(HELLOS, random));
            case 1 -> line(one(SENDERS, random));
            case 2 -> line(one(RECIPIENTS, random));
            case 3 -> line("DATA");
            case 4 -> message(random);
            case 5 -> chunk(random);
            case 6, 7 -> transaction(random);
            case 8 -> noise(random);
            default -> line(one(OTHERS, random));
        };
    }

    private static byte[] transaction(Random random) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(line("EHLO client.example"));
        out.writeBytes(line(random.nextInt(3) == 0 ? one(SENDERS, random) : SENDERS[0]));
        int recipients = random.nextInt(20) == 0 ? 200 : 1 + random.nextInt(3);
        for (int i = 0; i < recipients; i++) {
            out.writeBytes(line(random.nextInt(3) == 0 ? one(RECIPIENTS, random) : RECIPIENTS[0]));
        }
        if (random.nextInt(3) == 0) {
            int chunks = 1 + random.nextInt(3);
            for (int i = 0; i < chunks; i++) {
                out.writeBytes(chunk(random));
            }
        } else {
            out.writeBytes(line("DATA"));
            out.writeBytes(message(random));
        }
        return out.toByteArray();
    }

    private static byte[] message(Random random) {
        var out = new ByteArrayOutputStream();
        int lines = random.nextInt(30) == 0 ? 2000 : random.nextInt(20);
        for (int i = 0; i < lines; i++) {
            out.writeBytes(line(random.nextInt(50) == 0 ? "x".repeat(random.nextInt(20_000)) : one(LINES, random)));
        }
        if (random.nextInt(8) == 0) {
            out.writeBytes(one(TERMINATORS, random).getBytes(StandardCharsets.ISO_8859_1));
        }
        if (random.nextInt(10) > 0) {
            out.writeBytes(line("."));
        }
        return out.toByteArray();
    }

    private static byte[] chunk(Random random) {
        var content = message(random);
        var out = new ByteArrayOutputStream();
        var said = switch (random.nextInt(10)) {
            case 0 -> Integer.toString(random.nextInt(200_000));
            case 1 -> "99999999999999999999";
            case 2 -> "-1";
            default -> Integer.toString(content.length);
        };
        out.writeBytes(line("BDAT " + said + (random.nextInt(3) > 0 ? " LAST" : "")));
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] noise(Random random) {
        var bytes = new byte[random.nextInt(20) == 0 ? 70_000 : random.nextInt(600)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] line(String text) {
        return (text + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String one(String[] of, Random random) {
        return of[random.nextInt(of.length)];
    }

    // ---- what goes wrong on the way

    private static byte[] broken(byte[] bytes, Random random) {
        if (bytes.length == 0 || random.nextInt(3) > 0) {
            return bytes;
        }
        var out = new ByteArrayOutputStream(bytes.length + 16);
        int faults = 1 + random.nextInt(3);
        int at = 0;
        for (int i = 0; i < faults && at < bytes.length; i++) {
            int place = at + random.nextInt(bytes.length - at);
            out.write(bytes, at, place - at);
            at = place;
            switch (random.nextInt(7)) {
                case 0 -> out.write(bytes[at] ^ (1 << random.nextInt(8)));
                case 1 -> at += random.nextInt(8);
                case 2 -> out.write('\n');
                case 3 -> out.write('\r');
                case 4 -> out.write(0);
                case 5 -> out.write(0x80 + random.nextInt(0x80));
                default -> out.write(bytes, at, Math.min(bytes.length - at, random.nextInt(40)));
            }
        }
        if (at < bytes.length) {
            out.write(bytes, at, bytes.length - at);
        }
        return out.toByteArray();
    }

    private static void send(Socket socket, byte[] bytes, Random random) throws IOException {
        var out = socket.getOutputStream();
        if (random.nextInt(3) > 0) {
            out.write(bytes);
            return;
        }
        boolean slowly = random.nextInt(20) == 0;
        int at = 0;
        for (int parts = 0; at < bytes.length; parts++) {
            int length = parts > 30 ? bytes.length - at : Math.min(bytes.length - at, 1 + random.nextInt(80));
            out.write(bytes, at, length);
            at += length;
            if (slowly) {
                pause(random.nextInt(20));
            }
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void trouble(long number, String what) {
        if (troubles.size() < MOST_TROUBLES) {
            troubles.add("seed " + seed + ", dialogue " + number + ": " + what);
        }
    }

    /** Reads to the end, and looks at each line. */
    private final class Reader implements Runnable {

        /** What TLS says to noise that looks like its own. */
        private static final int TLS_ALERT = 21;

        private final Socket socket;
        private final long number;
        private long lines;
        private boolean ended;
        private boolean isSecuring;

        Reader(Socket socket, long number) {
            this.socket = socket;
            this.number = number;
        }

        synchronized long lines() {
            return lines;
        }

        /** Waits a little until so many lines have come: a broken command may get no reply. */
        synchronized void await(long wanted) {
            long until = System.nanoTime() + 50_000_000;
            try {
                while (lines < wanted && !ended) {
                    long left = (until - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        return;
                    }
                    wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void run() {
            try (var in = new BufferedInputStream(socket.getInputStream())) {
                while (read(in)) {
                    synchronized (this) {
                        lines++;
                        notifyAll();
                    }
                    replies.incrementAndGet();
                }
            } catch (SocketTimeoutException e) {
                trouble(number, "not ended by the server within " + END_MILLIS + " ms");
            } catch (IOException e) {
                // Reset: it was closed with something unread, here or there.
            } finally {
                synchronized (this) {
                    ended = true;
                    notifyAll();
                }
            }
        }

        private boolean read(InputStream in) throws IOException {
            var line = new StringBuilder();
            int b = in.read();
            if (isSecuring && b == TLS_ALERT) {
                return false;
            }
            while (b >= 0 && b != '\n') {
                line.append((char) b);
                b = in.read();
            }
            if (b < 0) {
                if (!line.isEmpty()) {
                    trouble(number, "half a reply: " + line);
                }
                return false;
            }
            var text = line.toString();
            if (isSecuring) {
                trouble(number, "plain text is answered behind STARTTLS: " + text);
            } else if (!isReply(text)) {
                trouble(number, "no reply: " + text);
            }
            isSecuring |= text.startsWith("220 2.0.0 ready to start TLS");
            if (text.startsWith("250 2.0.0 message accepted")) {
                accepted.incrementAndGet();
            }
            return true;
        }

        private static boolean isReply(String line) {
            return line.length() >= 5
                    && line.length() <= 511
                    && line.endsWith("\r")
                    && line.charAt(0) >= '2'
                    && line.charAt(0) <= '5'
                    && Character.isDigit(line.charAt(1))
                    && Character.isDigit(line.charAt(2))
                    && (line.charAt(3) == ' ' || line.charAt(3) == '-')
                    && line.chars().limit(line.length() - 1).allMatch(c -> c >= 0x20 && c != 0x7f);
        }
    }
}
