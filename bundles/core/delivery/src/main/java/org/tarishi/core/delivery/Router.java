package org.tarishi.core.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;

/** Finds the next hops of a mail that no plugin had a route for: static routes, the smart host, DNS. Blocks; any thread. */
final class Router {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private static final int LONGEST_PASSWORD = 4096;

    private static final Reply NO_ROUTE = StatusReason.NET_UNABLE_TO_ROUTE.reply(
            451, "no route and no smart host is set for this domain, and DNS is not asked");
    private static final Reply NO_PASSWORD =
            StatusReason.SYS_INCORRECTLY_CONFIGURED.reply(451, "the password for the smart host can't be read");

    private final Exchangers exchangers;
    private final TlsChoice tls;
    private final Path conf;
    private final RandomGenerator random;

    Router(Exchangers exchangers, TlsChoice tls, Path conf, RandomGenerator random) {
        this.exchangers = exchangers;
        this.tls = tls;
        this.conf = conf;
        this.random = random;
    }

    /** Finds them. */
    MxResult route(Settings now, OutboundMail mail) {
        var domain = TlsChoice.domain(mail.domain());
        var way = now.routes().of(domain, mail.user(), sender(mail));
        if (way.isEmpty() && now.smartHost().isPresent()) {
            return smartHost(now, now.smartHost().get());
        }
        if (way.isEmpty() && !now.isByDns()) {
            return MxResult.defer(NO_ROUTE);
        }
        var chosen = way.orElse(Way.BY_DNS);
        var sources = new ArrayList<>(chosen.sources());
        Collections.shuffle(sources, random);
        return chosen.isByDns()
                ? byDns(now, mail, sources)
                : MxResult.routes(
                        chosen.hops().stream().map(sources.getFirst()::on).toList());
    }

    private static String sender(OutboundMail mail) {
        return mail.sender().mailbox().map(Router::address).orElse("");
    }

    private static String address(Mailbox mailbox) {
        return mailbox.localPart() + "@" + mailbox.host().ascii().toLowerCase(Locale.ROOT);
    }

    private MxResult smartHost(Settings now, Route route) {
        var file = now.smartHostPasswordFile();
        if (file.isEmpty()) {
            return MxResult.routes(List.of(route));
        }
        try {
            return MxResult.routes(
                    List.of(route.withCredentials(now.smartHostUser(), password(conf.resolve(file.get())))));
        } catch (IOException e) {
            LOG.error("smartHostPasswordFile can't be read, mail for the smart host waits: {}", e.toString());
            return MxResult.defer(NO_PASSWORD);
        }
    }

    private static String password(Path file) throws IOException {
        try (var in = Files.newBufferedReader(file)) {
            var line = in.readLine();
            if (line == null || line.isEmpty() || line.length() > LONGEST_PASSWORD) {
                throw new IOException(file + " has no password in its first line");
            }
            return line;
        }
    }

    private MxResult byDns(Settings now, OutboundMail mail, List<Source> sources) {
        var found = exchangers.of(
                now, mail.domain(), address -> sources.stream().anyMatch(source -> source.reaches(address)));
        return switch (found) {
            case Exchangers.Found.Nowhere(var why) -> why;
            case Exchangers.Found.Targets(var targets, boolean isSecure) -> {
                var choice = tls.of(now, mail, isSecure);
                var routes = new ArrayList<Route>();
                Reply skipped = NO_ROUTE;
                for (var target : targets) {
                    switch (choice.choose(target)) {
                        case TlsChoice.Choice.Skip(var why) -> skipped = why;
                        case TlsChoice.Choice.Speak(var wanted) ->
                            routes.add(from(
                                    sources,
                                    Route.to(target.host(), now.port())
                                            .withAddress(target.address())
                                            .withTls(wanted)));
                    }
                }
                yield routes.isEmpty() ? MxResult.defer(skipped) : MxResult.routes(routes);
            }
        };
    }

    private static Route from(List<Source> sources, Route route) {
        return sources.stream()
                .filter(source -> source.reaches(route.address().orElseThrow()))
                .findFirst()
                .map(source -> source.on(route))
                .orElse(route);
    }
}
