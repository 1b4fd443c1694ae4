package org.tarishi.core.delivery;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.core.spi.DeliveryAgent.Attempt;
import org.tarishi.core.spi.LiveMessage;

/** An agent among fakes. */
final class Stage {

    /** A clock that the test owns. */
    static final class TestClock extends Clock {
        private Instant now = NOW;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    /** This host's address. */
    static final String OWN = "198.51.100.1";

    final FakeDns dns = new FakeDns();
    final ScriptedClient client = new ScriptedClient();
    final TestClock clock = new TestClock();
    final Map<String, String> policies = new HashMap<>();
    private final Path folder;
    private final ClientAgent agent;
    int fetches;

    Stage(Path folder, Object... keysAndValues) {
        this.folder = folder;
        this.agent = agent(Configs.settings(keysAndValues), this::fetch);
    }

    /** One whose policies come from a web server. */
    Stage(Path folder, StsFetcher fetcher, Object... keysAndValues) {
        this.folder = folder;
        this.agent = agent(Configs.settings(keysAndValues), fetcher);
    }

    private ClientAgent agent(Settings settings, StsFetcher fetcher) {
        return new ClientAgent(
                settings,
                client,
                dns,
                new ClientAgent.Surroundings(
                        new OwnHost(
                                "own.example",
                                address -> Set.of(InetAddress.ofLiteral(OWN)).contains(address)),
                        fetcher,
                        folder,
                        folder,
                        clock,
                        () -> 0,
                        new Random(1)));
    }

    private String fetch(String domain, StsFetcher.From from) throws IOException {
        fetches++;
        var policy = policies.get(domain);
        if (policy == null) {
            throw new IOException("404");
        }
        return policy;
    }

    ClientAgent agent() {
        return agent;
    }

    MxResult route(OutboundMail mail) {
        return agent.route(mail);
    }

    /** The next hops of a mail, as text. */
    List<String> routes(OutboundMail mail) {
        return agent.route(mail) instanceof MxResult.Routes(var routes)
                ? routes.stream().map(Route::toString).toList()
                : List.of();
    }

    /** The one next hop of a mail. */
    Route hop(OutboundMail mail) {
        if (agent.route(mail) instanceof MxResult.Routes(var routes)) {
            return routes.getFirst();
        }
        throw new AssertionError("no next hop");
    }

    /** Why there is none, with the class that it has. */
    String nowhere(OutboundMail mail) {
        return switch (agent.route(mail)) {
            case MxResult.Bounce(var reply) -> "bounce " + reply;
            case MxResult.Defer(var reply) -> "defer " + reply;
            case MxResult other -> other.toString();
        };
    }

    Attempt attempt(OutboundMail mail, Route... routes) {
        return agent.attempt(mail, message(), List.of(routes));
    }

    /** Nobody here looks into it. */
    private static LiveMessage message() {
        return (LiveMessage) Proxy.newProxyInstance(
                LiveMessage.class.getClassLoader(), new Class<?>[] {LiveMessage.class}, (proxy, method, args) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
