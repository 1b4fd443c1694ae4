package org.tarishi.core.services;

import java.net.InetAddress;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Domain;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.DnsAnswer;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;
import org.tarishi.core.spi.DnsBackend;

/** A resolver that stays good while the backend behind it is replaced; each question goes to the backend of its moment. */
@Component(service = Dns.class, configurationPid = Settings.PID, immediate = true)
public final class SwappableDns implements Dns {

    private static final Logger LOG = LoggerFactory.getLogger(SwappableDns.class);

    private final Backend<DnsBackend> backend = new Backend<>();
    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public SwappableDns(Config config) {
        this(new Settings(config));
    }

    SwappableDns(Settings settings) {
        this.settings = settings;
    }

    /** Takes other settings. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindBackend(DnsBackend service) {
        backend.bind(service);
    }

    void unbindBackend(DnsBackend service) {
        if (!backend.unbind(service, settings.drainWait())) {
            LOG.warn("a resolver leaves while it is still being asked, after drainWait = {}", settings.drainWait());
        }
    }

    @Override
    public DnsAnswer<InetAddress> addresses(Domain name) throws LookupException {
        try (var lease = lease()) {
            return lease.service().addresses(name);
        }
    }

    @Override
    public DnsAnswer<MxRecord> mx(Domain name) throws LookupException {
        try (var lease = lease()) {
            return lease.service().mx(name);
        }
    }

    @Override
    public DnsAnswer<String> txt(Domain name) throws LookupException {
        try (var lease = lease()) {
            return lease.service().txt(name);
        }
    }

    @Override
    public DnsAnswer<Domain> names(InetAddress address) throws LookupException {
        try (var lease = lease()) {
            return lease.service().names(address);
        }
    }

    @Override
    public DnsAnswer<String> records(String name, String type) throws LookupException {
        try (var lease = lease()) {
            return lease.service().records(name, type);
        }
    }

    private Backend.Lease<DnsBackend> lease() throws LookupException {
        var wait = settings.backendWait();
        return backend.lease(wait).orElseThrow(() -> new LookupException("no resolver is installed, waited " + wait));
    }
}
