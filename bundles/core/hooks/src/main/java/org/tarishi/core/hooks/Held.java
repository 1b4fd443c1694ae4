package org.tarishi.core.hooks;

import java.util.List;
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
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.SendDecision;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveSubmission;
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
    public void askMechanisms(Subject subject, Executor turn, Consumer<List<String>> then) {
        chains().askMechanisms(subject, turn, then);
    }

    @Override
    public Authentication authenticate(String mechanism, Subject subject, Authentication.Gate gate) {
        return chains().authenticate(mechanism, subject, gate);
    }

    @Override
    public Optional<BodyFeed> openBody(Subject subject) {
        return chains().openBody(subject);
    }

    @Override
    public void askSubmit(LiveSubmission submission, Executor turn, Consumer<Verdict<HookResult>> then) {
        chains().askSubmit(submission, turn, then);
    }

    @Override
    public void askSend(OutboundMail mail, Executor turn, Consumer<Verdict<SendDecision>> then) {
        chains().askSend(mail, turn, then);
    }

    @Override
    public void askRoute(OutboundMail mail, Executor turn, Consumer<Verdict<MxResult>> then) {
        chains().askRoute(mail, turn, then);
    }

    @Override
    public void askDeferred(
            OutboundMail mail, Deferral deferral, Executor turn, Consumer<Verdict<RetryDecision>> then) {
        chains().askDeferred(mail, deferral, turn, then);
    }

    @Override
    public void askBounce(OutboundMail mail, Failure failure, Executor turn, Consumer<Verdict<BounceDecision>> then) {
        chains().askBounce(mail, failure, turn, then);
    }

    @Override
    public void delivered(OutboundMail mail, Delivered delivered) {
        chains().delivered(mail, delivered);
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
