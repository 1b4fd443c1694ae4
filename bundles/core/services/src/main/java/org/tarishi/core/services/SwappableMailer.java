package org.tarishi.core.services;

import java.io.IOException;
import java.io.InputStream;
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
import org.tarishi.api.service.Mailer;
import org.tarishi.core.spi.MailerBackend;
import org.tarishi.core.spi.MailerOptions;

/** A mailer that stays good while the queue behind it is replaced; each message goes by the backend of its moment. */
@Component(service = Mailer.class, configurationPid = Settings.PID, immediate = true)
public final class SwappableMailer implements Mailer {

    private static final Logger LOG = LoggerFactory.getLogger(SwappableMailer.class);

    private final Backend<MailerBackend> backend = new Backend<>();
    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public SwappableMailer(Config config) {
        this(new Settings(config));
    }

    SwappableMailer(Settings settings) {
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
    void bindBackend(MailerBackend service) {
        backend.bind(service);
    }

    void unbindBackend(MailerBackend service) {
        if (!backend.unbind(service, settings.drainWait())) {
            LOG.warn(
                    "the queue leaves while messages are still being queued, after drainWait = {}",
                    settings.drainWait());
        }
    }

    @Override
    public Queued send(ReversePath from, List<Recipient> to, InputStream content, Options options) throws IOException {
        try (content) {
            if (to.isEmpty()) {
                throw new IllegalArgumentException("want at least one recipient");
            }
            if (!(options instanceof MailerOptions chosen)) {
                throw new IllegalArgumentException("want options made of options()");
            }
            var wait = settings.backendWait();
            try (var lease =
                    backend.lease(wait).orElseThrow(() -> new IOException("no queue is installed, waited " + wait))) {
                return lease.service().send(from, List.copyOf(to), content, chosen);
            }
        }
    }

    @Override
    public Options options() {
        return MailerOptions.AS_IT_IS;
    }
}
