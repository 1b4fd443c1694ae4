package org.tarishi.core.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Peer;
import org.tarishi.api.Text;
import org.tarishi.api.Tls;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Tables;
import org.tarishi.core.spi.TlsContexts;

/** The TLS of one session: what its listener says of it, and the layer when it is there. On the session's thread. */
final class Security {

    private static final Logger LOG = LoggerFactory.getLogger(Security.class);

    /** How long a table may take; without an answer TLS is offered. */
    private static final long SECONDS = 10;

    private final ListenerTls settings;
    private final Supplier<@Nullable TlsContexts> contexts;
    private final Supplier<@Nullable Tables> tables;
    private @Nullable Tls layer;

    /** Whether the client is one that TLS breaks with, as far as that is known. */
    private boolean isWithout;

    private boolean isLookedUp;

    /**
     * Makes it.
     *
     * @param contexts who begins TLS; gives null while nobody does
     * @param tables who opens tables; gives null while nobody does
     */
    Security(ListenerTls settings, Supplier<@Nullable TlsContexts> contexts, Supplier<@Nullable Tables> tables) {
        this.settings = settings;
        this.contexts = contexts;
        this.tables = tables;
    }

    /** That of a session in which TLS is not spoken. */
    static Security none() {
        return new Security(ListenerTls.NONE, () -> null, () -> null);
    }

    /** That of a session whose layer is made up. */
    static Security pretended(Tls layer) {
        var security = none();
        security.pretend(layer);
        return security;
    }

    /** Says that the layer is there. */
    void pretend(Tls made) {
        layer = made;
    }

    Optional<Tls> layer() {
        return Optional.ofNullable(layer);
    }

    /** Whether the layer is there. */
    boolean isOn() {
        return layer != null;
    }

    /** Whether STARTTLS may come to something on this listener, with this client. */
    boolean isSpoken() {
        return layer == null
                && !isWithout
                && (settings.mode() == TlsMode.OFFERED || settings.mode() == TlsMode.REQUIRED);
    }

    /** Whether nothing else is possible before STARTTLS. */
    boolean isNeeded() {
        return settings.mode() == TlsMode.REQUIRED && isSpoken();
    }

    /** Whether TLS could begin now. */
    boolean canBegin() {
        if (!isSpoken()) {
            return false;
        }
        var now = contexts.get();
        return now != null && now.trouble().isEmpty();
    }

    Duration timeout() {
        return settings.timeout();
    }

    /** Returns an engine to begin with; null where there is none to be had now. */
    @Nullable SSLEngine engine() {
        return engine(settings, contexts.get());
    }

    /** Returns an engine for a listener's settings; null where there is none to be had now. */
    static @Nullable SSLEngine engine(ListenerTls settings, @Nullable TlsContexts contexts) {
        try {
            return contexts == null || contexts.trouble().isPresent()
                    ? null
                    : contexts.serverEngine(settings.certificates());
        } catch (IllegalStateException e) {
            // The last certificate went this instant.
            return null;
        }
    }

    /** The handshake is over. */
    Tls begin(SSLSession session) {
        var now = contexts.get();
        var begun = TlsFacts.of(
                session, now == null ? _ -> Optional.of("who could tell is being replaced") : now::objectionToClient);
        layer = begun;
        return begun;
    }

    /** The client is another now: what is known of the one before does not hold. */
    void meet(InetAddress client) {
        isWithout = settings.without().contains(client);
        isLookedUp = settings.tablesWithout().isEmpty();
    }

    /** Whether tables are to be asked before anything is offered. */
    boolean mustLookUp() {
        return !isLookedUp && isSpoken();
    }

    /** Asks the tables on a thread of {@code blocking}, and tells {@code then} by {@code turn} that it is known. */
    void lookUp(Peer client, Executor blocking, Executor turn, Consumer<Boolean> then) {
        isLookedUp = true;
        var opener = tables.get();
        var address = client.address().getAddress().getHostAddress();
        var name = client.name();
        var answer = new CompletableFuture<Boolean>();
        blocking.execute(
                () -> answer.complete(opener != null && stands(opener, settings.tablesWithout(), address, name)));
        var _ = answer.completeOnTimeout(false, SECONDS, TimeUnit.SECONDS)
                .thenAcceptAsync(
                        found -> {
                            isWithout |= found;
                            then.accept(found);
                        },
                        turn);
    }

    private static boolean stands(Tables opener, List<String> names, String address, Optional<String> name) {
        try {
            var table = opener.open(names);
            return table.contains(address) || (name.isPresent() && table.contains(name.get()));
        } catch (LookupException | RuntimeException e) {
            // In doubt it is offered: mail in plain text can't be taken back, and a client that fails tries again.
            LOG.warn(
                    "whether {} is one without TLS can't be told: {}",
                    address,
                    Text.escaped(String.valueOf(e.getMessage())));
            return false;
        }
    }
}
