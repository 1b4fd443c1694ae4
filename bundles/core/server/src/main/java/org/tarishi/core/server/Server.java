package org.tarishi.core.server;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
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
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Reply;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.Tables;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.OutboundQueue;
import org.tarishi.core.spi.Retirement;
import org.tarishi.core.spi.TlsContexts;

/**
 * What all listeners share: event loops, settings, limits, the services that sessions need, the sessions themselves.
 *
 * <p>The services are dynamic: where one is being replaced, sessions live on, and what can't be done meanwhile is refused for now.
 */
@Component(service = Server.class, configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class Server {

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Clock clock;
    private final Executor blocking;
    private final Ids ids;
    private final MultiThreadIoEventLoopGroup loops;
    private final Set<SmtpWire> wires = ConcurrentHashMap.newKeySet();
    private final Census census = new Census();
    private final Overload overload;
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

    private volatile Settings settings;
    private final AtomicReference<@Nullable Hooks> hooks = new AtomicReference<>();
    private final AtomicReference<@Nullable MessageStore> store = new AtomicReference<>();
    private final Set<Hooks> known = new CopyOnWriteArraySet<>();
    private final OutboundHold outbound;
    private final AtomicReference<@Nullable Dns> dns = new AtomicReference<>();
    private final AuthThrottle throttle;
    private final AtomicReference<@Nullable Function<SocketAddress, ServerSocketChannel>> sockets =
            new AtomicReference<>();
    private final AtomicReference<@Nullable TlsContexts> tls = new AtomicReference<>();
    private final AtomicReference<@Nullable Tables> tables = new AtomicReference<>();
    private final Children children = new Children();
    private volatile boolean stopping;

    /** For the component runtime. */
    @Activate
    public Server(Config config, BundleContext context) {
        this(
                new Settings(config),
                Clock.system(ZoneId.systemDefault()),
                loops -> {
                    var data = context.getProperty("tarishi.data");
                    return Probes.ofThisProcess(loops, Path.of(data == null ? "." : data));
                },
                code -> Thread.ofVirtual().name("tarishi-lookup").start(code),
                new Ids(Clock.systemUTC(), Ids.ofThisProcess(context.getBundle().getBundleId())));
        overload.start();
        // Before any bundle is stopped: open transactions still have all their plugins, and none of them waits for one
        // to come back.
        context.addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STOPPING
                    && event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
                close();
            }
        });
    }

    Server(Settings settings, Clock clock, Function<Iterable<EventExecutor>, Probes> probes, Executor blocking) {
        this(
                settings,
                clock,
                probes,
                blocking,
                new Ids(clock, java.util.random.RandomGenerator.getDefault().nextInt(Ids.PROCESSES)));
    }

    private Server(
            Settings settings,
            Clock clock,
            Function<Iterable<EventExecutor>, Probes> probes,
            Executor blocking,
            Ids ids) {
        this.settings = settings;
        this.clock = clock;
        this.blocking = blocking;
        this.throttle = new AuthThrottle(clock);
        this.ids = ids;
        this.loops = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(),
                new DefaultThreadFactory("tarishi-smtp", true),
                NioIoHandler.newFactory());
        this.overload = new Overload(probes.apply(loops), () -> this.settings);
        this.outbound = new OutboundHold(loops, () -> this.settings.outboundWait());
    }

    /** Takes new settings, for sessions that begin from now on. */
    @Modified
    public void modified(Config config) {
        settings = new Settings(config);
    }

    /** Closes all listening sockets, so that clients go elsewhere at once, and ends all sessions. */
    void close() {
        listeners.forEach(listener -> listener.stop(true));
        drain();
    }

    /**
     * Leaves the listening sockets to a successor: sessions that have begun go on to their end.
     *
     * @return completed when the last connection is closed
     */
    CompletionStage<?> retire() {
        listeners.forEach(listener -> listener.stop(false));
        return children.whenGone();
    }

    /** Ends all sessions. Listeners have stopped before. */
    @Deactivate
    public void deactivate() {
        overload.close();
        drain();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /** Waits for open transactions, for a while, and ends what is left. */
    private void drain() {
        stopping = true;
        wires.forEach(SmtpWire::drain);
        await(settings.drain());
        int left = wires.size();
        if (left > 0) {
            LOG.warn("{} sessions did not end within {}, closing them", left, settings.drain());
            wires.forEach(SmtpWire::abandon);
            await(Duration.ofSeconds(2));
        }
    }

    private synchronized void await(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        try {
            for (long left = most.toMillis();
                    !wires.isEmpty() && left > 0;
                    left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- services ----

    /** Takes note of all chains, also of those that serve only what has begun with them. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindKnown(Hooks service) {
        known.add(service);
    }

    void unbindKnown(Hooks service) {
        known.remove(service);
    }

    @Reference(
            target = "(!(" + Retirement.RETIRED + "=*))",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHooks(Hooks service) {
        hooks.set(service);
        listeners.forEach(Listener::attempt);
    }

    void unbindHooks(Hooks service) {
        hooks.compareAndSet(service, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindStore(MessageStore service) {
        store.set(service);
        listeners.forEach(Listener::attempt);
    }

    void unbindStore(MessageStore service) {
        store.compareAndSet(service, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindOutbound(OutboundQueue service) {
        outbound.bind(service);
    }

    void unbindOutbound(OutboundQueue service) {
        outbound.unbind(service);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDns(Dns service) {
        dns.set(service);
    }

    void unbindDns(Dns service) {
        dns.compareAndSet(service, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindTls(TlsContexts service) {
        tls.set(service);
        listeners.forEach(Listener::attempt);
    }

    void unbindTls(TlsContexts service) {
        tls.compareAndSet(service, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindTables(Tables service) {
        tables.set(service);
    }

    void unbindTables(Tables service) {
        tables.compareAndSet(service, null);
    }

    @Reference(
            target = "(tarishi.boot=listen)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSockets(Function<SocketAddress, ServerSocketChannel> service) {
        sockets.set(service);
        listeners.forEach(Listener::attempt);
    }

    void unbindSockets(Function<SocketAddress, ServerSocketChannel> service) {
        sockets.compareAndSet(service, null);
    }

    // ---- for listeners ----

    /** In the order of their names, so that whoever lists them, or takes the first, gets the same each time. */
    void add(Listener listener) {
        listeners.add(listener);
        listeners.sort(Comparator.comparing(Listener::name));
    }

    void remove(Listener listener) {
        listeners.remove(listener);
    }

    Iterable<Listener> listeners() {
        return listeners;
    }

    /** Tells what is missing for sessions to be served, empty when nothing is. */
    Optional<String> missing() {
        if (sockets.get() == null) {
            return Optional.of("the launcher's listening sockets");
        }
        if (hooks.get() == null) {
            return Optional.of("core/hooks");
        }
        return store.get() == null ? Optional.of("core/message") : Optional.empty();
    }

    /** Tells what is missing for sessions of a listener to be served, empty when nothing is. */
    Optional<String> missing(ListenerSettings its) {
        return missing()
                .or(() -> its.tls().mode() == TlsMode.IMPLICIT && tls.get() == null
                        ? Optional.of("core/tls")
                        : Optional.empty());
    }

    /**
     * Checks the names of a listener's tables, as far as somebody can read them.
     *
     * @throws InvalidSettingException for one that is no name of a table
     */
    void check(ListenerSettings its) {
        var opener = tables.get();
        if (opener != null && !its.tls().tablesWithout().isEmpty()) {
            try {
                var _ = opener.open(its.tls().tablesWithout());
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException("withoutTls", String.valueOf(e.getMessage()));
            }
        }
    }

    @Nullable Function<SocketAddress, ServerSocketChannel> sockets() {
        return sockets.get();
    }

    MultiThreadIoEventLoopGroup loops() {
        return loops;
    }

    int open() {
        return census.all();
    }

    // ---- for sessions that are only tried: no limit counts them ----

    Settings settings() {
        return settings;
    }

    String nextId() {
        return ids.next();
    }

    ZonedDateTime now() {
        return ZonedDateTime.now(clock);
    }

    @Nullable Hooks hooks() {
        return hooks.get();
    }

    @Nullable MessageStore store() {
        return store.get();
    }

    @Nullable OutboundQueue outbound() {
        return outbound.queue();
    }

    @Nullable Dns dns() {
        return dns.get();
    }

    @Nullable Tables tables() {
        return tables.get();
    }

    AuthThrottle throttle() {
        return throttle;
    }

    /** Runs code that blocks. */
    void block(Runnable code) {
        blocking.execute(code);
    }

    // ---- for connections ----

    Overload overload() {
        return overload;
    }

    Census census() {
        return census;
    }

    /** Puts what handles one connection of a listener into its pipeline. */
    void furnish(Channel child, Listener listener) {
        children.add(child);
        var its = listener.settings();
        var peer = Route.ip(child.remoteAddress()).getAddress();
        // While nobody is served, nobody is waited for either.
        if (overload.connection() == null && its.proxyFrom().contains(peer)) {
            child.pipeline().addLast(new ProxyGate(its.proxyTimeout()));
        }
        boolean isSecuredFirst = its.tls().mode() == TlsMode.IMPLICIT;
        var engine = isSecuredFirst ? Security.engine(its.tls(), tls.get()) : null;
        if (engine != null) {
            child.pipeline().addLast(TlsLayer.handler(engine, its.tls().timeout()));
        }
        child.pipeline()
                .addLast(new SmtpWire(new Connection(
                        listener, its.tls(), isSecuredFirst && engine == null ? Replies.NOT_READY : null)));
    }

    /** One connection on its way to a session. */
    private final class Connection implements SmtpWire.Sessions {

        private final Listener listener;
        private final ListenerTls its;
        private final @Nullable Reply unready;
        private @Nullable Reply refusal;
        private boolean trusted;
        private Duration delay = Duration.ZERO;

        /**
         * Makes it.
         *
         * @param its what the listener said of TLS when the client connected
         * @param unready why the client can't be served whoever it is; null when it can
         */
        Connection(Listener listener, ListenerTls its, @Nullable Reply unready) {
            this.listener = listener;
            this.its = its;
            this.unready = unready;
        }

        @Override
        public boolean isSecuredFirst() {
            return its.mode() == TlsMode.IMPLICIT;
        }

        @Override
        public Session open(SmtpWire wire, ProxyGate.Arrival arrival) {
            var now = listener.over(settings);
            var ip = arrival.route().remote().getAddress();
            trusted = ip.isLoopbackAddress() || now.trusted().contains(ip);
            var seat = census.enter(ip, trusted, now, listener);
            refusal = arrival.refusal() == null ? seat.refusal() : arrival.refusal();
            refusal = refusal == null ? unready : refusal;
            delay = now.greetingDelay();
            if (listener.mode() == ListenerMode.SUBMISSION
                    && !trusted
                    && !now.queueDelay().isZero()) {
                heed(BackPressure.of(outbound.fullness(), now.queueDelay()));
            }
            wires.add(wire);
            var core = new Tracked(wire, seat, its);
            return new Session(ids.next(), listener.name(), listener.mode(), now, arrival.route(), core, wire);
        }

        private void heed(BackPressure pressure) {
            delay = delay.plus(pressure.delay());
            if (refusal == null && pressure.isFull()) {
                refusal = Replies.QUEUE_FULL;
            }
        }

        @Override
        public Duration delay() {
            return delay;
        }

        @Override
        public Optional<Reply> refusal() {
            if (stopping) {
                return Optional.of(Replies.STOPPING);
            }
            return Optional.ofNullable(refusal == null ? overload.connection() : refusal);
        }

        @Override
        public boolean isTrusted() {
            return trusted;
        }
    }

    /** The server, as one session sees it: it knows what to let go of at the session's end. */
    private final class Tracked implements Session.Core {

        private final SmtpWire wire;
        private final Census.Seat seat;
        private final ListenerTls its;

        /** What it began with is what it ends with, as long as that serves at all. */
        private final @Nullable Hooks begun = hooks.get();

        Tracked(SmtpWire wire, Census.Seat seat, ListenerTls its) {
            this.wire = wire;
            this.seat = seat;
            this.its = its;
        }

        @Override
        public Security security() {
            return new Security(its, tls::get, tables::get);
        }

        @Override
        public @Nullable Hooks hooks() {
            var its = begun;
            return its != null && known.contains(its) ? its : hooks.get();
        }

        @Override
        public @Nullable MessageStore store() {
            return store.get();
        }

        @Override
        public @Nullable OutboundQueue outbound() {
            return outbound.queue();
        }

        @Override
        public @Nullable Dns dns() {
            return dns.get();
        }

        @Override
        public @Nullable Tables tables() {
            return tables.get();
        }

        @Override
        public AuthThrottle throttle() {
            return throttle;
        }

        @Override
        public @Nullable Reply overload() {
            return overload.transaction();
        }

        @Override
        public ZonedDateTime now() {
            return ZonedDateTime.now(clock);
        }

        @Override
        public void block(Runnable code) {
            Server.this.block(code);
        }

        @Override
        public void ended(Session session) {
            seat.leave();
            wires.remove(wire);
            synchronized (Server.this) {
                Server.this.notifyAll();
            }
        }
    }
}
