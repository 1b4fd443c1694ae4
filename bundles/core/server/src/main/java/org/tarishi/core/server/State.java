package org.tarishi.core.server;

import org.tarishi.api.Hello;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;

/** Where a session stands. A transaction exists only in the states that carry one. */
sealed interface State {

    /** The client has heard nothing yet. */
    record Connecting() implements State {}

    /** The client was greeted and has not said who it is. */
    record Greeted() implements State {}

    /** Between two transactions. */
    record Ready(Hello hello) implements Named {}

    /** Between a challenge and the response to it (RFC 4954 section 4). */
    record Authenticating(Hello hello) implements Named {}

    /** From MAIL to DATA. */
    record Addressing(Hello hello, Transaction tx) implements Mailing {}

    /** Between two chunks of a message (RFC 3030). */
    record Chunking(Hello hello, Transaction tx) implements Mailing {}

    /**
     * From 354, or from a BDAT, to its reply.
     *
     * @param isWhole whether the reply is to the message, and not to a chunk that others were to follow
     */
    record Receiving(Hello hello, Transaction tx, boolean isWhole) implements Mailing {}

    /** The client is not welcome and was not hung up on: each command but QUIT gets this reply. */
    record Unwelcome(Reply reply) implements State {}

    /** The client has said who it is. */
    sealed interface Named extends State {
        Hello hello();

        /** Returns the state without a transaction. */
        default Ready idle() {
            return new Ready(hello());
        }
    }

    /** A transaction is open. */
    sealed interface Mailing extends Named {
        Transaction tx();
    }
}
