package org.tarishi.itests.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps connections busy: each client stays on its connection and sends one message after the other, until it is told to stop.
 *
 * <p>A client whose connection is lost does not come back: for each lost one, one client less.
 */
public final class Load {

    private static final AtomicLong SERIAL = new AtomicLong();

    /** Opens a connection on which EHLO was said. */
    @FunctionalInterface
    public interface Opener {
        /** Opens it. */
        SmtpDialog open() throws IOException;
    }

    private final Opener opener;
    private final String recipient;
    private final int bodySize;
    private final Duration pause;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> accepted = new ConcurrentLinkedQueue<>();
    private final AtomicLong acceptedCount = new AtomicLong();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final AtomicInteger greeted = new AtomicInteger();
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private volatile boolean isStopping;

    /**
     * What came of it.
     *
     * @param accepted the ids of the messages that were answered with 250
     * @param failed transactions that were answered with anything else
     * @param dropped connections that the server closed, or never greeted
     * @param troubles what the first of these were told
     */
    public record Tally(Set<String> accepted, int failed, int dropped, List<String> troubles) {}

    private Load(Opener opener, String recipient, int bodySize, Duration pause) {
        this.opener = opener;
        this.recipient = recipient;
        this.bodySize = bodySize;
        this.pause = pause;
    }

    /** Starts clients that send messages with bodies of this size, in octets, to this recipient. */
    public static Load start(int port, int clients, String recipient, int bodySize) {
        return start(() -> SmtpDialog.hello(port), clients, recipient, bodySize);
    }

    /** Starts clients that wait so long between two messages, so that they leave something of the machine to others. */
    public static Load start(int port, int clients, String recipient, int bodySize, Duration pause) {
        return start(() -> SmtpDialog.hello(port), clients, recipient, bodySize, pause);
    }

    /** Starts clients that connect in a way of their own. */
    public static Load start(Opener opener, int clients, String recipient, int bodySize) {
        return start(opener, clients, recipient, bodySize, Duration.ZERO);
    }

    private static Load start(Opener opener, int clients, String recipient, int bodySize, Duration pause) {
        var load = new Load(opener, recipient, bodySize, pause);
        for (int i = 0; i < clients; i++) {
            load.threads.add(Thread.ofVirtual().name("client " + i).start(load::client));
        }
        return load;
    }

    /** Returns how many messages were answered with 250 so far. */
    public long accepted() {
        return acceptedCount.get();
    }

    /** Returns how many clients have had their greeting. */
    public int greeted() {
        return greeted.get();
    }

    /** Returns how many transactions failed and connections were dropped so far. */
    public int trouble() {
        return failed.get() + dropped.get();
    }

    /** Lets each client end its transaction and say QUIT, and returns what came of it all. */
    public Tally stop() throws InterruptedException {
        isStopping = true;
        return join();
    }

    /** Waits until all clients have lost their connections or said QUIT. */
    public Tally join() throws InterruptedException {
        for (var thread : threads) {
            thread.join();
        }
        return new Tally(new TreeSet<>(accepted), failed.get(), dropped.get(), List.copyOf(troubles));
    }

    private void client() {
        try (var dialog = opener.open()) {
            greeted.incrementAndGet();
            while (!isStopping) {
                var mail = TestMail.of("m" + SERIAL.incrementAndGet(), bodySize);
                var reply = dialog.transact("sender@client.example", recipient, mail.bytes());
                if (reply.startsWith("250")) {
                    accepted.add(mail.id());
                    acceptedCount.incrementAndGet();
                } else if (reply.startsWith("421")) {
                    // RFC 5321 section 3.8: the server closes behind it.
                    dropped.incrementAndGet();
                    trouble(mail.id() + ": " + reply);
                    return;
                } else {
                    failed.incrementAndGet();
                    trouble(mail.id() + ": " + reply);
                    dialog.send("RSET").expect("250");
                }
                if (!pause.isZero()) {
                    Thread.sleep(pause);
                }
            }
            dialog.send("QUIT").expect("221");
        } catch (IOException | AssertionError e) {
            dropped.incrementAndGet();
            trouble(String.valueOf(e));
        } catch (InterruptedException e) {
            // Nobody interrupts them.
            Thread.currentThread().interrupt();
            dropped.incrementAndGet();
        }
    }

    private void trouble(String what) {
        if (troubles.size() < 20) {
            troubles.add(what);
        }
    }
}
