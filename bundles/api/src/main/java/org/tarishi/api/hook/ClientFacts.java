package org.tarishi.api.hook;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Domain;

/**
 * Who a connection's client really is, as a trusted front-end says (XCLIENT). Immutable; see {@link CommandResult#newClient}.
 *
 * <p>What is not said: a name is looked up, and the local end stays as it is.
 */
public final class ClientFacts {

    private final InetSocketAddress address;
    private final @Nullable InetSocketAddress local;
    private final @Nullable Domain name;
    private final boolean isNameKnown;

    private ClientFacts(
            InetSocketAddress address, @Nullable InetSocketAddress local, @Nullable Domain name, boolean isNameKnown) {
        this.address = address;
        this.local = local;
        this.name = name;
        this.isNameKnown = isNameKnown;
    }

    /**
     * Returns the facts of a client at this address and port; port 0 where it is not known.
     *
     * @throws IllegalArgumentException when the address is a name that was not resolved
     */
    public static ClientFacts of(InetSocketAddress address) {
        return new ClientFacts(resolved(address), null, null, false);
    }

    /** Returns the same with this name; nobody looks it up, and no {@link RdnsHook} is asked. */
    public ClientFacts withName(Domain known) {
        return new ClientFacts(address, local, Objects.requireNonNull(known, "known"), true);
    }

    /** Returns the same without a name, for good; nobody looks it up, and no {@link RdnsHook} is asked. */
    public ClientFacts withoutName() {
        return new ClientFacts(address, local, null, true);
    }

    /**
     * Returns the same with the address and port that the client connected to.
     *
     * @throws IllegalArgumentException when the address is a name that was not resolved
     */
    public ClientFacts withLocal(InetSocketAddress destination) {
        return new ClientFacts(address, resolved(destination), name, isNameKnown);
    }

    private static InetSocketAddress resolved(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("not resolved: " + address);
        }
        return address;
    }

    /** Returns the client's address and port. */
    public InetSocketAddress address() {
        return address;
    }

    /** Returns the address and port that the client connected to, if they were said. */
    public Optional<InetSocketAddress> local() {
        return Optional.ofNullable(local);
    }

    /** Returns the client's name, if it was said. */
    public Optional<Domain> name() {
        return Optional.ofNullable(name);
    }

    /** Tells whether the name was said, or that there is none. */
    public boolean isNameKnown() {
        return isNameKnown;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClientFacts facts
                && address.equals(facts.address)
                && Objects.equals(local, facts.local)
                && Objects.equals(name, facts.name)
                && isNameKnown == facts.isNameKnown;
    }

    @Override
    public int hashCode() {
        return Objects.hash(address, local, name, isNameKnown);
    }

    @Override
    public String toString() {
        return "ClientFacts[" + address + ", "
                + (name == null ? isNameKnown ? "no name" : "name unknown" : name.ascii())
                + (local == null ? "" : ", local " + local) + "]";
    }
}
