package org.tarishi.core.dns;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.Domain;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;
import org.tarishi.core.spi.DnsBackend;
import org.tarishi.core.spi.DnsReply;
import org.tarishi.core.spi.Retirement;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.dnssec.ValidatingResolver;

/** The resolver: asks the settings' name servers, and keeps what they said. Other settings begin with an empty cache. */
@Component(service = Retirement.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class Resolution implements DnsBackend, Retirement {

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("dns-", 0).factory());
    private final Supplier<List<InetSocketAddress>> system;
    private final LongSupplier nanos;
    private final Clock clock;
    private final Anchors anchors;
    private final AtomicReference<@Nullable ServiceRegistration<DnsBackend>> registration = new AtomicReference<>();
    private volatile Answers answers;

    /** Where trust begins. */
    @FunctionalInterface
    interface Anchors {

        /** Opens DS records in the form of a zone file. */
        InputStream open() throws IOException;
    }

    /** Makes it for the container. */
    @Activate
    public Resolution(Config config) {
        this(
                new Settings(config),
                new SystemServers(SystemServers.RESOLV_CONF, System::nanoTime),
                System::nanoTime,
                Clock.systemUTC(),
                RootAnchors::open);
    }

    Resolution(
            Settings settings,
            Supplier<List<InetSocketAddress>> system,
            LongSupplier nanos,
            Clock clock,
            Anchors anchors) {
        this.system = system;
        this.nanos = nanos;
        this.clock = clock;
        this.anchors = anchors;
        this.answers = answers(settings);
    }

    private Answers answers(Settings settings) {
        var upstream = new Upstream(settings, system, nanos);
        var cache = new AnswerCache(settings.cacheBytes(), nanos);
        var resolver = settings.trust() == Settings.Trust.VALIDATE ? validating(upstream) : upstream;
        return new Answers(new Lookups(settings, resolver, cache, threads));
    }

    private Resolver validating(Upstream upstream) {
        var resolver = new ValidatingResolver(upstream, clock);
        try (var trusted = anchors.open()) {
            resolver.loadTrustAnchors(trusted);
        } catch (IOException e) {
            throw new UncheckedIOException("the root's keys can't be read", e);
        }
        return resolver;
    }

    /** Takes other settings; look-ups under way end by the old ones. */
    @Modified
    void modified(Config config) {
        answers = answers(new Settings(config));
    }

    /** Offers it: by hand, so that it can leave its place to a successor and go on with what it was asked. */
    @Activate
    void activate(BundleContext context) {
        registration.set(context.registerService(DnsBackend.class, this, null));
    }

    private void withdraw() {
        var offered = registration.getAndSet(null);
        if (offered != null) {
            offered.unregister();
        }
    }

    @Override
    public CompletionStage<?> retire() {
        // Whoever leases it takes it from its callers when the look-ups under way have ended.
        return CompletableFuture.runAsync(
                this::withdraw, code -> Thread.ofVirtual().name("dns-retires").start(code));
    }

    @Deactivate
    void deactivate() {
        withdraw();
        threads.shutdownNow();
    }

    @Override
    public DnsReply<InetAddress> addresses(Domain name) throws LookupException {
        return answers.addresses(name);
    }

    @Override
    public DnsReply<MxRecord> mx(Domain name) throws LookupException {
        return answers.mx(name);
    }

    @Override
    public DnsReply<String> txt(Domain name) throws LookupException {
        return answers.txt(name);
    }

    @Override
    public DnsReply<Domain> names(InetAddress address) throws LookupException {
        return answers.names(address);
    }

    @Override
    public DnsReply<String> records(String name, String type) throws LookupException {
        return answers.records(name, type);
    }
}
