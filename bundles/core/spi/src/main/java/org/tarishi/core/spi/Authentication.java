package org.tarishi.core.spi;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;

/**
 * One SASL exchange of a client (RFC 4422). The chains that it began with are held until {@link #close}, so that a plugin that is replaced
 * meanwhile stays until then.
 *
 * <p>Called on the session's thread, one call at a time. Plugins are asked on a virtual thread.
 */
@ProviderType
public interface Authentication {

    /** Says whether a store may be asked about a user now. Any thread. */
    @ConsumerType
    @FunctionalInterface
    interface Gate {
        boolean mayAsk(String user);
    }

    /**
     * Has the mechanism take a response.
     *
     * @param response decoded; wiped when it was taken. Null in the first call where the client sent none with AUTH, in no other
     * @param turn runs {@code then}
     * @param then told exactly once what follows
     */
    void step(byte @Nullable [] response, Executor turn, Consumer<Result> then);

    /** Ends the exchange, whatever its state; a second time changes nothing. A call that is under way is let come back. */
    void close();

    /**
     * What follows from a step.
     *
     * @param answer what the client is told
     * @param user who it says it is, or is; null as long as nobody knows
     */
    record Result(Answer answer, @Nullable String user) {}

    /** What the client is told. */
    sealed interface Answer {

        /**
         * A challenge; the exchange goes on.
         *
         * @param base64 what it holds, in base64; may be empty
         */
        record Challenge(String base64) implements Answer {}

        /** It is the {@link Result#user}. */
        record Success() implements Answer {}

        /**
         * It is not.
         *
         * @param reply the mechanism's own words, null for the core's
         */
        record Failure(@Nullable Reply reply) implements Answer {}

        /** It sent a response with AUTH where the mechanism has the server begin. */
        record TooEarly() implements Answer {}

        /** {@link Gate} did not let a store be asked. */
        record Limited() implements Answer {}

        /** Nobody can tell now: the mechanism has gone, a store could not be asked, a plugin failed. Already logged. */
        record Unavailable() implements Answer {}
    }
}
