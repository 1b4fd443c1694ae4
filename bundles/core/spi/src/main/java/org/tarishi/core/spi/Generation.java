package org.tarishi.core.spi;

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

    /** Opens the feed of those that want the message as it arrives; nothing when nobody does. */
    Optional<BodyFeed> openBody(Subject subject);

    /** Tells the listeners among these chains of the end of the transaction that began with them; before {@link #release}. */
    void ended(Transaction tx, TransactionOutcome outcome);

    /** Gives back what {@link Hooks#begin} held; no ask may begin after that. */
    void release();
}
