package org.tarishi.api.outbound;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Reply;

/** The answer of a {@link org.tarishi.api.hook.RouteHook}. */
@ProviderType
public sealed interface MxResult {

    /** No opinion. */
    MxResult CONTINUE = new Continue();

    /** Returns the next hops, tried in this order. */
    static MxResult routes(List<Route> routes) {
        return new Routes(routes);
    }

    /** Returns a failure for good; the reply must be a 5yz. */
    static MxResult bounce(Reply reply) {
        return new Bounce(reply);
    }

    /** Returns a failure for now; the reply must be a 4yz. */
    static MxResult defer(Reply reply) {
        return new Defer(reply);
    }

    /** No opinion. */
    record Continue() implements MxResult {}

    /**
     * The next hops.
     *
     * @param routes at least one
     */
    record Routes(List<Route> routes) implements MxResult {

        /** Refuses an empty list. */
        public Routes {
            routes = List.copyOf(routes);
            if (routes.isEmpty()) {
                throw new IllegalArgumentException("no routes; say defer or bounce");
            }
        }
    }

    /**
     * Failed for good.
     *
     * @param reply why
     */
    record Bounce(Reply reply) implements MxResult {

        /** Refuses another class. */
        public Bounce {
            if (!reply.isPermanent()) {
                throw new IllegalArgumentException("a bounce wants a 5yz reply: " + reply);
            }
        }
    }

    /**
     * Failed for now.
     *
     * @param reply why
     */
    record Defer(Reply reply) implements MxResult {

        /** Refuses another class. */
        public Defer {
            if (!reply.isTransient()) {
                throw new IllegalArgumentException("a deferral wants a 4yz reply: " + reply);
            }
        }
    }
}
