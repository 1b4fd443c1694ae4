package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.LiveSubmission;

/** A live submission, of a transaction or of a program. */
final class FakeSubmission implements LiveSubmission {

    private final @Nullable Transaction tx;
    private final FakeMessage message = new FakeMessage();
    private final Notes notes;
    private final List<Recipient> own = new ArrayList<>();
    private ReversePath sender = ReversePath.NULL;

    FakeSubmission(@Nullable Transaction tx, Hooks hooks) {
        this.tx = tx;
        notes = tx == null ? hooks.newNotes() : tx.notes();
    }

    @Override
    public String id() {
        return tx == null ? "P1" : tx.id();
    }

    @Override
    public ReversePath sender() {
        return tx == null ? sender : tx.sender();
    }

    @Override
    public void replaceSender(ReversePath other) {
        sender = other;
    }

    @Override
    public Recipients recipients() {
        return tx != null
                ? tx.recipients()
                : new Recipients() {

                    @Override
                    public List<Recipient> all() {
                        return List.copyOf(own);
                    }

                    @Override
                    public void add(Recipient recipient) {
                        own.add(recipient);
                    }

                    @Override
                    public boolean replace(Recipient one, List<Recipient> others) {
                        return own.remove(one) && own.addAll(others);
                    }

                    @Override
                    public boolean remove(Recipient one) {
                        return own.remove(one);
                    }
                };
    }

    @Override
    public LiveMessage message() {
        return message;
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Optional<Transaction> transaction() {
        return Optional.ofNullable(tx);
    }

    @Override
    public String origin() {
        return tx == null ? "report" : "smtp";
    }
}
