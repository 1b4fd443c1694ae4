package org.tarishi.testing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResults;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;

/**
 * A mail transaction that a test makes up.
 *
 * <p>It begins with the sender {@code <>} and no recipient. What hooks change is seen at once: nothing here is a view that is handed
 * over or taken back. One thread at a time.
 *
 * <pre>{@code
 * var tx = FakeTransaction.from("192.0.2.7").withSender("<a@client.example>");
 * assertThat(plugin.onRcpt(tx, tx.asking("<b@example.com>"))).isEqualTo(HookResult.OK);
 * }</pre>
 */
public final class FakeTransaction implements Transaction {

    private final FakeConnection connection;
    private ReversePath sender = ReversePath.NULL;
    private final Envelope recipients = new Envelope();
    private int recipientsTried;
    private FakeHeaders headers = FakeHeaders.parse(new byte[0]);
    private long size;
    private boolean relaying;
    private final Set<String> skipped = new LinkedHashSet<>();
    private boolean discarding;
    private final FakeNotes notes = new FakeNotes();
    private final FakeResults results = new FakeResults();
    private final FakeAuthResults authResults = new FakeAuthResults();

    private FakeTransaction(FakeConnection connection) {
        this.connection = connection;
    }

    /** Returns a transaction of a client at this IPv4 or IPv6 address. */
    public static FakeTransaction from(String address) {
        return new FakeTransaction(FakeConnection.from(address));
    }

    /** Returns a transaction of this connection. */
    public static FakeTransaction of(FakeConnection connection) {
        return new FakeTransaction(connection);
    }

    /** Sets the sender, a path with its angle brackets. */
    public FakeTransaction withSender(String path) {
        sender = ReversePath.parse(path);
        return this;
    }

    /** Adds accepted recipients, paths with their angle brackets. */
    public FakeTransaction withRecipients(String... paths) {
        Arrays.stream(paths).map(Recipient::parse).forEach(recipients::add);
        recipientsTried += paths.length;
        return this;
    }

    /** Gives the transaction its message, whose header it shows from now on. */
    public FakeTransaction withMessage(FakeMessage message) {
        headers = message.headers();
        size = message.size();
        return this;
    }

    /** Returns the recipient of this path, after having made it the one that RCPT is being asked about. */
    public Recipient asking(String path) {
        var recipient = Recipient.parse(path);
        recipientsTried++;
        recipients.ask(recipient);
        return recipient;
    }

    /** Returns what will be added if the RCPT that is being asked about succeeds: its recipient, or what a hook put in its place. */
    public List<Recipient> asked() {
        return List.copyOf(recipients.asked);
    }

    @Override
    public String id() {
        return connection.id() + ".1";
    }

    @Override
    public FakeConnection connection() {
        return connection;
    }

    @Override
    public Instant startedAt() {
        return connection.startedAt();
    }

    @Override
    public ReversePath sender() {
        return sender;
    }

    @Override
    public void replaceSender(ReversePath other) {
        sender = other;
    }

    @Override
    public Recipients recipients() {
        return recipients;
    }

    @Override
    public int recipientsTried() {
        return recipientsTried;
    }

    @Override
    public FakeHeaders headers() {
        return headers;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isRelaying() {
        return relaying || connection.isRelaying();
    }

    @Override
    public void grantRelaying(String reason) {
        relaying = true;
    }

    @Override
    public Set<String> skippedPlugins() {
        return Set.copyOf(skipped);
    }

    @Override
    public void skipPlugin(String plugin) {
        skipped.add(plugin);
    }

    @Override
    public boolean isDiscarding() {
        return discarding;
    }

    @Override
    public void discardBody() {
        discarding = true;
    }

    @Override
    public FakeNotes notes() {
        return notes;
    }

    @Override
    public FakeResults results() {
        return results;
    }

    @Override
    public AuthResults authResults() {
        return authResults;
    }

    private static final class Envelope implements Recipients {

        private final List<Recipient> accepted = new ArrayList<>();
        private @Nullable Recipient question;
        private List<Recipient> asked = List.of();

        void ask(Recipient recipient) {
            question = recipient;
            asked = List.of(recipient);
        }

        @Override
        public List<Recipient> all() {
            return List.copyOf(accepted);
        }

        @Override
        public void add(Recipient recipient) {
            accepted.add(recipient);
        }

        @Override
        public boolean replace(Recipient one, List<Recipient> others) {
            if (question != null && one.equals(question)) {
                asked = List.copyOf(others);
                return true;
            }
            int at = accepted.indexOf(one);
            if (at < 0) {
                return false;
            }
            accepted.remove(at);
            accepted.addAll(at, others);
            return true;
        }

        @Override
        public boolean remove(Recipient one) {
            return accepted.remove(one);
        }
    }
}
