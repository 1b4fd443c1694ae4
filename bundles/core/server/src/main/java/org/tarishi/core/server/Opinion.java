package org.tarishi.core.server;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/** What plugins, or the rule for their silence, have decided. */
sealed interface Opinion {

    /** Nobody has anything against it. */
    Opinion YES = new Yes(null, false);

    /** Somebody says yes, in the core's words. */
    Opinion SAID_YES = new Yes(null, true);

    /**
     * Go on.
     *
     * @param words what to say, null for the core's words
     * @param isSaid whether somebody said so, and did not only have nothing against it
     */
    record Yes(@Nullable Reply words, boolean isSaid) implements Opinion {}

    /** Refuse. */
    record No(Reply reply, boolean close) implements Opinion {}

    /** Hang up without a word. */
    record HangUp() implements Opinion {}
}
