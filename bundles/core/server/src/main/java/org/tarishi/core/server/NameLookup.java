package org.tarishi.core.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.tarishi.api.Domain;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.LookupException;

/** Looks up a client's name, where no plugin has given it. */
final class NameLookup {

    /** How long the resolver may take; without a name the session goes on. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private NameLookup() {}

    /** Asks on a thread of {@code blocking}, and tells {@code then} by {@code turn} what came of it, no later than {@code limit}. */
    static void start(
            Dns dns,
            InetAddress address,
            Duration limit,
            Executor blocking,
            Executor turn,
            Consumer<Optional<String>> then) {
        var answer = new CompletableFuture<Optional<String>>();
        blocking.execute(() -> answer.complete(nameOf(dns, address)));
        var _ = answer.completeOnTimeout(Optional.empty(), limit.toMillis(), TimeUnit.MILLISECONDS)
                .thenAcceptAsync(then, turn);
    }

    private static Optional<String> nameOf(Dns dns, InetAddress address) {
        try {
            return dns.names(address).records().stream().map(Domain::ascii).findFirst();
        } catch (LookupException | RuntimeException e) {
            // No name is an answer that plugins and log can live with; the resolver's owner logs its troubles.
            return Optional.empty();
        }
    }
}
