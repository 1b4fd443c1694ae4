package org.tarishi.core.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.core.spi.Retirement;
import org.tarishi.core.spi.SmtpClientBackend;
import org.tarishi.core.spi.TlsContexts;

/**
 * The SMTP client over kept connections.
 *
 * <p>It blocks its caller, who does best to be a virtual thread. One timer thread serves all connections; it sleeps while there is none.
 * When the component goes, idle connections are closed, transactions under way come to their end, and then the timer ends.
 */
@Component(service = Retirement.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class PooledSmtpClient implements SmtpClientBackend, Retirement {

    private static final Logger LOG = LoggerFactory.getLogger(PooledSmtpClient.class);

    /** How late a deadline may be noticed. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String hostName;
    private final Connector connector;
    private final Pool pool;
    private final BrokenTls broken;
    private final Set<Steps> dialogues = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable ServiceRegistration<SmtpClientBackend>> registration =
            new AtomicReference<>();
    private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    private volatile Settings settings;

    /** Who begins TLS; absent while that bundle is replaced. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable TlsContexts tls;

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
        this.broken = new BrokenTls(ticker);
    }

    /** Takes new settings: for the next connection and the next transaction. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
        pool.clear();
    }

    /** Offers it: by hand, so that it can leave its place to a successor and go on with what it has begun. */
    @Activate
    void activate(BundleContext context) {
        registration.set(context.registerService(SmtpClientBackend.class, this, null));
    }

    private void withdraw() {
        var offered = registration.getAndSet(null);
        if (offered != null) {
            offered.unregister();
        }
    }

    @Override
    public CompletionStage<?> retire() {
        // Whoever leases it waits for its calls: not here.
        return CompletableFuture.runAsync(
                        this::deactivate,
                        code -> Thread.ofVirtual()
                                .name("tarishi-smtp-client-retires")
                                .start(code))
                .thenCompose(_ -> over);
    }

    /** Closes what is idle. */
    @Deactivate
    void deactivate() {
        withdraw();
        pool.close();
    }

    @Override
    public SmtpClient.Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Terms terms)
            throws IOException {
        var connectTimeout = terms.connectTimeout();
        if (to.isEmpty()) {
            throw new IllegalArgumentException("want a recipient");
        }
        check(route, connectTimeout);
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
            var opened = begin(route, terms);
            var refusal = opened.refusal();
            if (refusal != null) {
                return refusal;
            }
            isOurs = false;
            return send(opened.session(), from, to, message, terms);
        } finally {
            if (isOurs) {
                pool.release();
            }
        }
    }

    @Override
    public SmtpClient.Dialogue open(Route route, Terms terms) throws IOException {
        check(route, terms.connectTimeout());
        pool.acquire(route, terms.connectTimeout(), false);
        boolean isOurs = true;
        try {
            var opened = begin(route, terms);
            var refusal = opened.refusal();
            if (refusal != null) {
                return new RefusedDialogue(refusal.decisive());
            }
            var steps = opened.session().steps(connector.ticker(), pool::release);
            dialogues.add(steps);
            isOurs = false;
            return steps;
        } finally {
            if (isOurs) {
                pool.release();
            }
        }
    }

    /**
     * A session that was opened, or not.
     *
     * @param refusal why the peer does not want us, null where it does
     */
    private record Opened(Session session, @Nullable Answer refusal) {}

    /** Opens a session; in plain text where TLS was tried, failed, and is not demanded (RFC 7435 section 3). */
    private Opened begin(Route route, Terms terms) throws IOException {
        try {
            return begin(route, terms, null);
        } catch (TlsFailedException e) {
            boolean isDemanded = route.tls().map(RouteTls::isDemanded).orElse(false);
            if (isDemanded || e.kind() != TlsFailedException.Kind.HANDSHAKE) {
                throw e;
            }
            var why = Text.escaped(String.valueOf(e.getMessage()));
            LOG.info("{}: {}; tried again without TLS, which is not demanded", route, why);
            return begin(route, terms, why);
        }
    }

    private Opened begin(Route route, Terms terms, @Nullable String whyPlain) throws IOException {
        var now = settings;
        var wire = connector.connect(route, terms.connectTimeout());
        var session = new Session(route, wire, now, new StartTls(route, wire, now, tls, broken, whyPlain));
        boolean isOpen = false;
        try {
            var name = route.heloName().orElse(now.heloName().isEmpty() ? hostName : now.heloName());
            var refusal = session.open(name, terms.authPreferred());
            if (refusal.isPresent()) {
                session.quit();
                return new Opened(session, Answer.sessionRefused(refusal.get()).over(session.facts()));
            }
            isOpen = true;
            return new Opened(session, null);
        } finally {
            if (!isOpen) {
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

    private static void check(Route route, Duration connectTimeout) {
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
        dialogues.removeIf(Steps::isOver);
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
        } finally {
            over.complete(null);
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
