package org.tarishi.core.delivery;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
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
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.Retirement;
import org.tarishi.core.spi.TlsResults;

/** Finds next hops, by settings or by DNS, and hands mail to them by the SMTP client. */
@Component(service = Retirement.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class ClientAgent implements DeliveryAgent, Retirement {

    private final SmtpClient client;
    private final Router router;
    private final GivenHops hops;
    private final AutoCloseable fetcher;
    private final LongSupplier nanos;
    private final Calls calls = new Calls();
    private final AtomicReference<@Nullable ServiceRegistration<DeliveryAgent>> registration = new AtomicReference<>();
    private final TlsTelling telling;
    private volatile @Nullable TlsResults results;
    private volatile Settings settings;

    /** Makes one; for the runtime. */
    @Activate
    public ClientAgent(BundleContext context, Config config, @Reference SmtpClient client, @Reference Dns dns) {
        this(
                new Settings(config),
                client,
                dns,
                new Surroundings(
                        OwnHost.ofSystem(),
                        new HttpsFetcher(),
                        folder(context, "tarishi.conf", "conf"),
                        folder(context, "tarishi.data", "data"),
                        Clock.systemUTC(),
                        System::nanoTime,
                        new SecureRandom()));
    }

    /**
     * What is around a delivery and no setting.
     *
     * @param conf where the file with the password lies
     * @param data where policies are kept
     */
    record Surroundings(
            OwnHost own,
            StsFetcher fetcher,
            Path conf,
            Path data,
            Clock clock,
            LongSupplier nanos,
            RandomGenerator random) {}

    ClientAgent(Settings settings, SmtpClient client, Dns dns, Surroundings around) {
        this.settings = settings;
        this.client = client;
        this.nanos = around.nanos();
        this.fetcher = around.fetcher() instanceof AutoCloseable closeable ? closeable : () -> {};
        var policies = new StsPolicies(
                dns,
                around.fetcher(),
                new StsStore(around.data().resolve("mta-sts")),
                around.clock(),
                (domain, type, why) -> telling().withoutPolicy(domain, type, why));
        this.telling = new TlsTelling(() -> results, policies::known);
        var dane = new Dane(dns, around.clock());
        var tls = new TlsChoice(dane, policies, telling, around.conf());
        this.hops = new GivenHops(dns, tls, around.random());
        this.router = new Router(
                new Exchangers(dns, dane, around.own(), around.random()), tls, around.conf(), around.random());
    }

    private static Path folder(BundleContext context, String property, String otherwise) {
        var folder = context.getProperty(property);
        return Path.of(folder == null ? otherwise : folder).toAbsolutePath().normalize();
    }

    private TlsTelling telling() {
        return telling;
    }

    /** Tells it what becomes of TLS from now on. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindResults(TlsResults service) {
        results = service;
    }

    void unbindResults(TlsResults service) {
        if (service.equals(results)) {
            results = null;
        }
    }

    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    /** Offers it: by hand, so that it can leave its place to a successor and go on with what it has begun. */
    @Activate
    void activate(BundleContext context) {
        registration.set(context.registerService(DeliveryAgent.class, this, null));
    }

    private void withdraw() {
        var offered = registration.getAndSet(null);
        if (offered != null) {
            offered.unregister();
        }
    }

    @Override
    public CompletionStage<?> retire() {
        withdraw();
        return calls.over();
    }

    @Deactivate
    void deactivate() {
        withdraw();
        try {
            fetcher.close();
        } catch (Exception e) {
            throw new IllegalStateException("the fetcher of policies closes without complaint", e);
        }
    }

    @Override
    public MxResult route(OutboundMail mail) {
        try (var _ = calls.enter()) {
            return router.route(settings, mail);
        }
    }

    @Override
    public Attempt attempt(OutboundMail mail, LiveMessage message, List<Route> routes) {
        try (var _ = calls.enter()) {
            return new Tries(client, hops, telling, settings, mail, message, nanos).of(routes);
        }
    }
}
