package org.tarishi.core.hooks;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tarishi.api.AuthResults;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.Results;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Headers;
import org.tarishi.core.spi.Hooks;

/** A live transaction. */
final class FakeTransaction implements Transaction {

    private final String id;
    private final SmtpConnection connection;
    private final Notes notes;
    private final Results results;
    private final AuthResults authResults = new FakeConnection.FakeAuthResults();
    private final FakeHeaders headers = new FakeHeaders();
    private final Set<String> skipped = new HashSet<>();
    private final List<Recipient> recipients = new ArrayList<>();
    private ReversePath sender = ReversePath.NULL;
    private boolean isRelaying;
    private boolean isDiscarding;

    FakeTransaction(String id, SmtpConnection connection, Hooks hooks) {
        this.id = id;
        this.connection = connection;
        this.notes = hooks.newNotes();
        this.results = hooks.newResults(id);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public SmtpConnection connection() {
        return connection;
    }

    @Override
    public Instant startedAt() {
        return Instant.EPOCH;
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
        return new Recipients() {

            @Override
            public List<Recipient> all() {
                return List.copyOf(recipients);
            }

            @Override
            public void add(Recipient recipient) {
                recipients.add(recipient);
            }

            @Override
            public boolean replace(Recipient one, List<Recipient> others) {
                int at = recipients.indexOf(one);
                if (at < 0) {
                    return false;
                }
                recipients.remove(at);
                recipients.addAll(at, others);
                return true;
            }

            @Override
            public boolean remove(Recipient one) {
                return recipients.remove(one);
            }
        };
    }

    @Override
    public int recipientsTried() {
        return 0;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public long size() {
        return 0;
    }

    @Override
    public boolean isRelaying() {
        return isRelaying;
    }

    @Override
    public void grantRelaying(String reason) {
        isRelaying = true;
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
        return isDiscarding;
    }

    @Override
    public void discardBody() {
        isDiscarding = true;
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Results results() {
        return results;
    }

    @Override
    public AuthResults authResults() {
        return authResults;
    }
}
