package org.tarishi.itests.harness;

import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps connections busy that come and go, as those of mail servers do: each client sends some messages on a connection, says QUIT, and connects
 * anew, until it is told to stop. How long each transaction took is kept.
 */
public final class Churn {

    private static final AtomicLong SERIAL = new AtomicLong();
    private static final int MOST_TROUBLES = 20;

    /** Whom messages are for, in turn. */
    private final List<String> recipients;

    private final int port;
    private final int perConnection;
    private final int bodySize;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Set<String>> accepted = new HashMap<>();
    private final AtomicLong acceptedCount = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
    private volatile Queue<Long> micros = new ConcurrentLinkedQueue<>();
    private volatile boolean isStopping;

    private Churn(int port, List<String> recipients, int perConnection, int bodySize) {
        this.port = port;
        this.recipients = List.copyOf(recipients);
        this.perConnection = perConnection;
        this.bodySize = bodySize;
        this.recipients.forEach(recipient -> accepted.putIfAbsent(recipient, ConcurrentHashMap.newKeySet()));
    }

    /**
     * Starts clients.
     *
     * @param recipients whom the messages are for, in turn
     * @param perConnection how many messages a connection has
     * @param bodySize the octets of a message's body
     */
    public static Churn start(int port, int clients, List<String> recipients, int perConnection, int bodySize) {
        var churn = new Churn(port, recipients, perConnection, bodySize);
        for (int i = 0; i < clients; i++) {
            churn.threads.add(Thread.ofVirtual().name("client " + i).start(churn::client));
        }
        return churn;
    }

    /** Returns how many messages were answered with 250 so far. */
    public long accepted() {
        return acceptedCount.get();
    }

    /** Returns how many connections have had their greeting so far. */
    public long connections() {
        return connections.get();
    }

    /** Returns the ids of the messages to a recipient that were answered with 250. */
    public Set<String> accepted(String recipient) {
        return Objects.requireNonNull(accepted.get(recipient), recipient);
    }

    /** Returns how many connections could not be opened. */
    public int refused() {
        return refused.get();
    }

    /** Returns how many transactions were answered with anything but 250. */
    public int failed() {
        return failed.get();
    }

    /** Returns how many connections ended before their clients said QUIT, by 421 too. */
    public int dropped() {
        return dropped.get();
    }

    /** Returns what the first of all these were told. */
    public List<String> troubles() {
        return List.copyOf(troubles);
    }

    /** Returns how long the transactions since the last such question took, MAIL to the reply to the final dot, in order. */
    public long[] takeMicros() {
        var taken = micros;
        micros = new ConcurrentLinkedQueue<>();
        var sorted = taken.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Lets each client end its transaction and say QUIT. */
    public void stop() throws InterruptedException {
        isStopping = true;
        for (var thread : threads) {
            thread.join();
        }
    }

    private void client() {
        while (!isStopping) {
            try (var dialog = SmtpDialog.hello(port)) {
                connections.incrementAndGet();
                for (int i = 0; i < perConnection && !isStopping; i++) {
                    send(dialog);
                }
                dialog.send("QUIT").expect("221");
            } catch (ConnectException e) {
                refused.incrementAndGet();
                trouble("refused: " + e);
            } catch (IOException | AssertionError e) {
                dropped.incrementAndGet();
                trouble("dropped: " + e);
            }
        }
    }

    private void send(SmtpDialog dialog) throws IOException {
        long serial = SERIAL.incrementAndGet();
        var recipient = recipients.get((int) (serial % recipients.size()));
        var mail = TestMail.of("m" + serial, bodySize);
        long began = System.nanoTime();
        var reply = dialog.transact("sender@client.example", recipient, mail.bytes());
        micros.add((System.nanoTime() - began) / 1000);
        if (reply.startsWith("250")) {
            accepted(recipient).add(mail.id());
            acceptedCount.incrementAndGet();
            return;
        }
        failed.incrementAndGet();
        trouble(mail.id() + " failed: " + reply);
        dialog.send("RSET").expect("250");
    }

    private void trouble(String what) {
        if (troubles.size() < MOST_TROUBLES) {
            troubles.add(what);
        }
    }
}
