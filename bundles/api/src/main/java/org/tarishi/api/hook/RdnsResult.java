package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Domain;

/** The answer of a {@link RdnsHook}. */
@ProviderType
public sealed interface RdnsResult {

    /** No opinion. */
    RdnsResult CONTINUE = new Answer(HookResult.CONTINUE);

    /** The client has no name; nobody else is asked. */
    RdnsResult NONE = new NoName();

    /** Returns the client's name. */
    static RdnsResult name(Domain name) {
        return new Name(name);
    }

    /** Returns a refusal. */
    static RdnsResult refuse(HookResult.Refusal refusal) {
        return new Answer(refusal);
    }

    /**
     * The client's name.
     *
     * @param name the name
     */
    record Name(Domain name) implements RdnsResult {}

    /** No name. */
    record NoName() implements RdnsResult {}

    /**
     * Anything but a name.
     *
     * @param result no opinion, or a refusal
     */
    record Answer(HookResult result) implements RdnsResult {}
}
