package org.tarishi.core.spi;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
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

/**
 * The chains of all moments as they were at one instant: order, presence, instances. Immutable.
 *
 * <p>An ask whose chain may block runs on a virtual thread, and {@code then} runs by {@code turn}; one whose hooks only compute, or that
 * has none, runs at once on the calling thread, {@code then} included. {@code then} is called exactly once.
 */
@ProviderType
public interface Generation {

    /** Tells whether nobody has a say at a moment; costs about a nanosecond. */
    boolean isEmpty(Moment moment);

    /** Asks the chain of a moment that is answered with a {@link HookResult}. */
    void ask(Moment moment, Subject subject, Executor turn, Consumer<Verdict<HookResult>> then);

    /** Asks for the client's name. */
    void askName(Subject subject, Executor turn, Consumer<Verdict<RdnsResult>> then);

    /** Asks who knows a command; {@link Subject#argument()} is the whole line. */
    void askCommand(Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then);

    /** Tells whether a plugin carries out a verb, in upper case. */
    boolean hasVerb(String verb);

    /** Has a verb carried out; {@link Subject#argument()} is what stands behind it. */
    void askVerb(String verb, Subject subject, Executor turn, Consumer<Verdict<CommandResult>> then);

    /**
     * Asks which SASL mechanisms are offered to a client: those that some store can serve. Where nobody has a say at {@link Moment#AUTH}
     * there are none.
     *
     * @param then told their names, in upper case, in the order of the chain
     */
    void askMechanisms(Subject subject, Executor turn, Consumer<List<String>> then);

    /**
     * Begins an exchange by a mechanism; no plugin is asked before its first step.
     *
     * @param mechanism the name, in upper case
     * @param gate asked before each look into a store
     */
    Authentication authenticate(String mechanism, Subject subject, Authentication.Gate gate);

    /** Opens the feed of those that want the message as it arrives; nothing when nobody does. */
    Optional<BodyFeed> openBody(Subject subject);

    /**
     * Asks once a message, before it is queued: {@link org.tarishi.api.Moment#PRE_SEND_TRANS_EMAIL}. Who refuses is asked about by the
     * deny hooks, as elsewhere.
     */
    void askSubmit(LiveSubmission submission, Executor turn, Consumer<Verdict<HookResult>> then);

    /** Asks whether an attempt is made. Where a plugin fails to answer, the verdict is a delay of a minute. */
    void askSend(OutboundMail mail, Executor turn, Consumer<Verdict<SendDecision>> then);

    /** Asks for the next hop of a mail. Where a plugin fails to answer, the verdict is a deferral. */
    void askRoute(OutboundMail mail, Executor turn, Consumer<Verdict<MxResult>> then);

    /** Asks when a mail that failed for now is tried again. Where a plugin fails to answer, the verdict is the schedule's. */
    void askDeferred(OutboundMail mail, Deferral deferral, Executor turn, Consumer<Verdict<RetryDecision>> then);

    /** Asks whether the sender is told of a failure. Where a plugin fails to answer, the verdict is yes. */
    void askBounce(OutboundMail mail, Failure failure, Executor turn, Consumer<Verdict<BounceDecision>> then);

    /** Tells the listeners among these chains of a delivery; returns at once. */
    void delivered(OutboundMail mail, Delivered delivered);

    /** Tells the listeners among these chains of the end of the transaction that began with them; before {@link #release}. */
    void ended(Transaction tx, TransactionOutcome outcome);

    /** Gives back what {@link Hooks#begin} held; no ask may begin after that. */
    void release();
}
