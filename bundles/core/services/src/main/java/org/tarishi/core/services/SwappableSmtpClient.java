package org.tarishi.core.services;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.core.spi.SmtpClientBackend;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

/** An SMTP client that stays good while the backend behind it is replaced; each message goes by the backend of its moment. */
@Component(service = SmtpClient.class, configurationPid = Settings.PID, immediate = true)
public final class SwappableSmtpClient implements SmtpClient {

    private static final Logger LOG = LoggerFactory.getLogger(SwappableSmtpClient.class);

    private static final Duration LONGEST_CONNECT = Duration.ofMinutes(10);
    private static final Options DEFAULTS = new Chosen(new Terms(Duration.ofSeconds(30), false, false));

    private final Backend<SmtpClientBackend> backend = new Backend<>();
    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public SwappableSmtpClient(Config config) {
        this(new Settings(config));
    }

    SwappableSmtpClient(Settings settings) {
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
    void bindBackend(SmtpClientBackend service) {
        backend.bind(service);
    }

    void unbindBackend(SmtpClientBackend service) {
        if (!backend.unbind(service, settings.drainWait())) {
            LOG.warn(
                    "the SMTP client leaves while messages are still under way, after drainWait = {}",
                    settings.drainWait());
        }
    }

    @Override
    public Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Options options)
            throws IOException {
        if (to.isEmpty()) {
            throw new IllegalArgumentException("want at least one recipient");
        }
        if (!(options instanceof Chosen(Terms terms))) {
            throw new IllegalArgumentException("want options made of options()");
        }
        var wait = settings.backendWait();
        try (var lease =
                backend.lease(wait).orElseThrow(() -> new IOException("no SMTP client is installed, waited " + wait))) {
            return lease.service().send(route, from, to, message, terms);
        }
    }

    /** Opens it at the backend of this moment, which keeps it to its end, as it does with messages that are under way. */
    @Override
    public Dialogue open(Route route, Options options) throws IOException {
        if (!(options instanceof Chosen(Terms terms))) {
            throw new IllegalArgumentException("want options made of options()");
        }
        var wait = settings.backendWait();
        try (var lease =
                backend.lease(wait).orElseThrow(() -> new IOException("no SMTP client is installed, waited " + wait))) {
            return lease.service().open(route, terms);
        }
    }

    @Override
    public Options options() {
        return DEFAULTS;
    }

    private record Chosen(Terms terms) implements Options {

        @Override
        public Options connectTimeout(Duration other) {
            if (!other.isPositive() || other.compareTo(LONGEST_CONNECT) > 0) {
                throw new IllegalArgumentException(
                        "connectTimeout must be more than nothing, up to " + LONGEST_CONNECT);
            }
            return new Chosen(new Terms(other, terms.allRecipientsOrNone(), terms.authPreferred()));
        }

        @Override
        public Options allRecipientsOrNone() {
            return new Chosen(new Terms(terms.connectTimeout(), true, terms.authPreferred()));
        }

        @Override
        public Options authPreferred() {
            return new Chosen(new Terms(terms.connectTimeout(), terms.allRecipientsOrNone(), true));
        }
    }
}
