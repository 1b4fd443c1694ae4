package org.tarishi.core.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.core.spi.SmtpClientBackend;

/**
 * The SMTP client over kept connections.
 *
 * <p>It blocks its caller, who does best to be a virtual thread. One timer thread serves all connections; it sleeps while there is none.
 * When the component goes, idle connections are closed, transactions under way come to their end, and then the timer ends.
 */
@Component(service = SmtpClientBackend.class, configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class PooledSmtpClient implements SmtpClientBackend {

    private static final Logger LOG = LoggerFactory.getLogger(PooledSmtpClient.class);

    /** How late a deadline may be noticed. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String hostName;
    private final Connector connector;
    private final Pool pool;
    private volatile Settings settings;

    /** Makes one; for the runtime. */
    @Activate
    public PooledSmtpClient(Config config) {
        this(new Settings(config), hostName(), Ticker.system(), Connector.Resolver.system(), SocketChannel::open);
        Thread.ofPlatform().daemon().name("tarishi-smtp-client-timer").start(this::watch);
    }

    /** Makes one without a timer: somebody calls {@link #sweep}. */
    PooledSmtpClient(
            Settings settings,
            String hostName,
            Ticker ticker,
            Connector.Resolver resolver,
            Connector.Channels channels) {
        this.settings = settings;
        this.hostName = hostName;
        this.connector = new Connector(ticker, resolver, channels);
        this.pool = new Pool(() -> this.settings, ticker);
    }

    /** Takes new settings: for the next connection and the next transaction. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
        pool.clear();
    }

    /** Closes what is idle. */
    @Deactivate
    void deactivate() {
        pool.close();
    }

    @Override
    public SmtpClient.Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Terms terms)
            throws IOException {
        var connectTimeout = terms.connectTimeout();
        check(route, to, connectTimeout);
        var kept = pool.acquire(route, connectTimeout, true);
        if (kept.isPresent()) {
            try {
                return send(kept.get(), from, to, message, terms);
            } catch (StaleException e) {
                LOG.debug("{}: kept connection was stale, trying a new one: {}", route, e.getMessage());
            }
            pool.acquire(route, connectTimeout, false);
        }
        boolean isOurs = true;
        try {
            var now = settings;
            var session = new Session(route, connector.connect(route, connectTimeout), now);
            var refusal = greet(session, now, terms.authPreferred());
            if (refusal.isPresent()) {
                return refusal.get();
            }
            isOurs = false;
            return send(session, from, to, message, terms);
        } finally {
            if (isOurs) {
                pool.release();
            }
        }
    }

    private Optional<Answer> greet(Session session, Settings now, boolean authPreferred) throws IOException {
        boolean isGreeted = false;
        try {
            var name = session.route().heloName().orElse(now.heloName().isEmpty() ? hostName : now.heloName());
            var refusal = session.greet(name);
            if (refusal.isEmpty()) {
                refusal = session.login(authPreferred);
            }
            if (refusal.isPresent()) {
                session.quit();
                return Optional.of(Answer.sessionRefused(refusal.get()).over(session.facts()));
            }
            isGreeted = true;
            return Optional.empty();
        } finally {
            if (!isGreeted) {
                session.close();
            }
        }
    }

    /** Runs one transaction and takes care of connection and place. */
    private Answer send(Session session, ReversePath from, List<Recipient> to, Message message, Terms terms)
            throws IOException {
        boolean isDone = false;
        try {
            var facts = session.facts();
            var answer =
                    session.send(from, to, message, terms.allRecipientsOrNone()).over(facts);
            isDone = true;
            return answer;
        } finally {
            if (isDone && session.isReusable()) {
                pool.give(session);
            } else {
                if (isDone) {
                    session.quit();
                } else {
                    session.close();
                }
                pool.release();
            }
        }
    }

    private static void check(Route route, List<Recipient> to, Duration connectTimeout) {
        if (to.isEmpty()) {
            throw new IllegalArgumentException("want a recipient");
        }
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException("connect time-out must be positive: " + connectTimeout);
        }
        route.heloName().ifPresent(name -> {
            if (name.isBlank() || name.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
                throw new IllegalArgumentException("EHLO name must be one word of ASCII");
            }
        });
    }

    /** Ends what took too long and closes what has been idle too long. */
    void sweep() {
        connector.expire();
        pool.sweep();
    }

    /** Returns how many connections are open or being opened, idle ones included. */
    int connections() {
        return pool.places();
    }

    private void watch() {
        try {
            while (pool.awaitWork(PAUSE)) {
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** This host's name where that is a domain, else nothing: RFC 5321 section 4.1.4 then wants the address. */
    private static String hostName() {
        try {
            return Domain.parse(InetAddress.getLocalHost().getHostName()).ascii();
        } catch (UnknownHostException | AddressSyntaxException e) {
            return "";
        }
    }
}
