package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Moment;
import org.tarishi.api.Reply;

/** The answer to a command that the core does not know. */
@ProviderType
public sealed interface CommandResult {

    /** No opinion. */
    CommandResult CONTINUE = new Answer(HookResult.CONTINUE);

    /** Returns any reply from 200 to 599; the session goes on. */
    static CommandResult reply(Reply reply) {
        return new Say(reply, false);
    }

    /** Returns any reply, after which the connection ends. */
    static CommandResult replyAndClose(Reply reply) {
        return new Say(reply, true);
    }

    /** Returns the answer of a hook: a yes, a refusal, a disconnect. */
    static CommandResult of(HookResult result) {
        return new Answer(result);
    }

    /**
     * Runs the chain of another moment and answers as that moment does: Haraka's NEXT_HOOK.
     *
     * @throws IllegalArgumentException when the moment belongs to a transaction or to the queue
     */
    static CommandResult runAs(Moment moment) {
        return new RunAs(moment);
    }

    /**
     * Begins the connection anew with another client: XCLIENT. For a {@link VerbHandler} only; from an {@link UnknownCommandHook} it is a
     * fault.
     *
     * <p>An open transaction ends. Hello, offer, leave to relay, user and parts of Authentication-Results are gone;
     * {@link org.tarishi.api.SmtpConnection#remote()} and {@code local()} are as the facts say, and {@code proxy()} is who the client was so far.
     * Then the client is looked up, where its name was not said, the connect hooks are asked, and the client is greeted or refused as at the
     * beginning. Id, notes, results and counters stay. Whoever returns this has made sure that this client may say so.
     */
    static CommandResult newClient(ClientFacts facts) {
        return new NewClient(facts);
    }

    /**
     * A reply.
     *
     * @param reply what to say
     * @param close whether the connection ends
     */
    record Say(Reply reply, boolean close) implements CommandResult {}

    /**
     * A hook's answer.
     *
     * @param result the answer
     */
    record Answer(HookResult result) implements CommandResult {}

    /**
     * Another client.
     *
     * @param facts who it is
     */
    record NewClient(ClientFacts facts) implements CommandResult {}

    /**
     * Another moment.
     *
     * @param moment connect, noop, rset, vrfy or quit
     */
    record RunAs(Moment moment) implements CommandResult {

        /** Refuses a moment that needs more than a connection. */
        public RunAs {
            switch (moment) {
                case CONNECT, NOOP, RSET, VRFY, QUIT -> {}
                default -> throw new IllegalArgumentException("can't run as " + moment.key());
            }
        }
    }
}
