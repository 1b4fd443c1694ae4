package org.tarishi.core.hooks;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.Transaction;
import org.tarishi.api.TransactionOutcome;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Verdict;

/** A generation as one transaction holds it; after its release it holds nothing, so that whoever keeps it keeps no plugin. */
final class Held implements Generation {

    private final AtomicReference<@Nullable Chains> chains;

    /** Takes over one hold. */
    Held(Chains chains) {
        this.chains = new AtomicReference<>(chains);
    }

    private Chains chains() {
        var now = chains.get();
        if (now == null) {
            throw new IllegalStateException("the transaction has ended");
        }
        return now;
    }

    @Override
    public boolean isEmpty(Moment moment) {
        return chains().isEmpty(moment);
    }

    @Override
    public void ask(Moment moment, Subject subject, Executor turn, Consumer<Verdict<HookResult>> then) {
        chains().ask(moment, subject, turn, then);
    }

    @Override
    public void askName(Subject subject, Executor turn, Consumer<Verdict<RdnsResult>> then) {
        chains().askName(subject, turn, then);
    }

    @Override
    public void askCommand(Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
        chains().askCommand(subject, turn, then);
    }

    @Override
    public boolean hasVerb(String verb) {
        return chains().hasVerb(verb);
    }

    @Override
    public void askVerb(String verb, Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
        chains().askVerb(verb, subject, turn, then);
    }

    @Override
    public Optional<BodyFeed> openBody(Subject subject) {
        return chains().openBody(subject);
    }

    @Override
    public void ended(Transaction tx, TransactionOutcome outcome) {
        chains().ended(tx, outcome);
    }

    @Override
    public void release() {
        var held = chains.getAndSet(null);
        if (held == null) {
            throw new IllegalStateException("given back twice");
        }
        held.unhold();
    }
}
