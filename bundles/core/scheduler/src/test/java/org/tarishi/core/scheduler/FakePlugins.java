package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.Notes;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
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
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.LiveResults;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.StoredNote;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Verdict;

/** One plugin that answers as a test has scripted, at once. */
final class FakePlugins implements Hooks, Generation {

    @Nullable Function<LiveSubmission, HookResult> onSubmit;

    @Nullable Function<OutboundMail, SendDecision> onSend;

    @Nullable Function<OutboundMail, MxResult> onRoute;

    @Nullable Function<Deferral, RetryDecision> onDeferred;

    @Nullable Function<Failure, BounceDecision> onBounce;

    final List<Delivered> delivered = new ArrayList<>();

    @Nullable Reply refusedBegin;

    int held;

    @Override
    public boolean isEmpty(Moment moment) {
        return switch (moment) {
            case PRE_SEND_TRANS_EMAIL -> onSubmit == null;
            case SEND_EMAIL -> onSend == null;
            case GET_MX -> onRoute == null;
            case DEFERRED -> onDeferred == null;
            case BOUNCE -> onBounce == null;
            default -> true;
        };
    }

    private static <A, R> Verdict<R> verdict(@Nullable Function<A, R> hook, A about, R silence) {
        return hook == null ? new Verdict<>(silence, null, false) : new Verdict<>(hook.apply(about), "test", false);
    }

    @Override
    public void askSubmit(LiveSubmission submission, Executor turn, Consumer<Verdict<HookResult>> then) {
        then.accept(verdict(onSubmit, submission, HookResult.CONTINUE));
    }

    @Override
    public void askSend(OutboundMail mail, Executor turn, Consumer<Verdict<SendDecision>> then) {
        then.accept(verdict(onSend, mail, SendDecision.now()));
    }

    @Override
    public void askRoute(OutboundMail mail, Executor turn, Consumer<Verdict<MxResult>> then) {
        then.accept(verdict(onRoute, mail, MxResult.CONTINUE));
    }

    @Override
    public void askDeferred(
            OutboundMail mail, Deferral deferral, Executor turn, Consumer<Verdict<RetryDecision>> then) {
        then.accept(verdict(onDeferred, deferral, RetryDecision.onSchedule()));
    }

    @Override
    public void askBounce(OutboundMail mail, Failure failure, Executor turn, Consumer<Verdict<BounceDecision>> then) {
        then.accept(verdict(onBounce, failure, BounceDecision.notifySender()));
    }

    @Override
    public void delivered(OutboundMail mail, Delivered facts) {
        delivered.add(facts);
    }

    @Override
    public void ask(Moment moment, Subject subject, Executor turn, Consumer<Verdict<HookResult>> then) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void askName(Subject subject, Executor turn, Consumer<Verdict<RdnsResult>> then) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void askCommand(Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasVerb(String verb) {
        return false;
    }

    @Override
    public void askVerb(String verb, Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<BodyFeed> openBody(Subject subject) {
        return Optional.empty();
    }

    @Override
    public void ended(Transaction tx, TransactionOutcome outcome) {}

    @Override
    public void release() {
        held--;
    }

    @Override
    public Generation current() {
        return this;
    }

    @Override
    public Generation current(SmtpConnection connection) {
        return current();
    }

    @Override
    public void begin(SmtpConnection connection, Executor turn, Consumer<Admission> then) {
        begin(turn, then);
    }

    @Override
    public Optional<Reply> refusal() {
        return Optional.empty();
    }

    @Override
    public void begin(Executor turn, Consumer<Admission> then) {
        var no = refusedBegin;
        if (no != null) {
            then.accept(new Admission.Refused(no));
        } else {
            held++;
            then.accept(new Admission.Admitted(this));
        }
    }

    @Override
    public Notes newNotes() {
        return new MemoryNotes(Map.of());
    }

    @Override
    public LiveNotes newNotes(Map<String, StoredNote> kept) {
        return new MemoryNotes(kept);
    }

    @Override
    public LiveResults newResults(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void askMechanisms(Subject subject, Executor turn, Consumer<List<String>> then) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Authentication authenticate(String mechanism, Subject subject, Authentication.Gate gate) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Notes copyOf(Notes notes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public LiveResults copyOf(LiveResults results) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isListeningToResults() {
        return false;
    }

    @Override
    public void opened(SmtpConnection connection) {}

    @Override
    public void closed(SmtpConnection connection) {}
}
