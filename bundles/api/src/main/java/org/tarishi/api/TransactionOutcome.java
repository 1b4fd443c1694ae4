package org.tarishi.api;

/** How a transaction ended. */
public enum TransactionOutcome {
    /** The message has a taker and its 250. */
    ACCEPTED,
    /** The message was refused for now. */
    DEFERRED,
    /** The message was refused for good. */
    REJECTED,
    /** The client gave it up: RSET, a new hello, QUIT. */
    RESET,
    /** The connection ended before the message was answered. */
    ABORTED
}
