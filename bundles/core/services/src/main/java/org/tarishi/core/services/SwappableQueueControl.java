package org.tarishi.core.services;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.QueueControl;
import org.tarishi.core.spi.QueueControlBackend;
import org.tarishi.core.spi.QueueQuery;

/** A view of the queue that stays good while the queue behind it is replaced; each call is the backend's of its moment. */
@Component(service = QueueControl.class, configurationPid = Settings.PID, immediate = true)
public final class SwappableQueueControl implements QueueControl {

    private static final Logger LOG = LoggerFactory.getLogger(SwappableQueueControl.class);

    private final Backend<QueueControlBackend> backend = new Backend<>();
    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public SwappableQueueControl(Config config) {
        this(new Settings(config));
    }

    SwappableQueueControl(Settings settings) {
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
    void bindBackend(QueueControlBackend service) {
        backend.bind(service);
    }

    void unbindBackend(QueueControlBackend service) {
        if (!backend.unbind(service, settings.drainWait())) {
            LOG.warn("the queue leaves while it is still being looked at, after drainWait = {}", settings.drainWait());
        }
    }

    private <R> R ask(Function<QueueControlBackend, R> question) {
        var wait = settings.backendWait();
        try (var lease = backend.lease(wait)
                .orElseThrow(() -> new IllegalStateException("no queue is installed, waited " + wait))) {
            return question.apply(lease.service());
        }
    }

    private static QueueQuery own(Query query) {
        if (query instanceof QueueQuery own) {
            return own;
        }
        throw new IllegalArgumentException("want a query made of everything()");
    }

    @Override
    public Stats stats() {
        return ask(QueueControlBackend::stats);
    }

    @Override
    public List<Entry> find(Query query, int limit) {
        var own = own(query);
        return ask(queue -> queue.find(own, limit));
    }

    @Override
    public Optional<Entry> get(String id) {
        return ask(queue -> queue.get(id));
    }

    @Override
    public int retry(Query query) {
        var own = own(query);
        return ask(queue -> queue.retry(own));
    }

    @Override
    public int hold(Query query) {
        var own = own(query);
        return ask(queue -> queue.hold(own));
    }

    @Override
    public int release(Query query) {
        var own = own(query);
        return ask(queue -> queue.release(own));
    }

    @Override
    public int bounce(Query query) {
        var own = own(query);
        return ask(queue -> queue.bounce(own));
    }

    @Override
    public int drop(Query query) {
        var own = own(query);
        return ask(queue -> queue.drop(own));
    }

    @Override
    public String pause(Query query) {
        var own = own(query);
        return ask(queue -> queue.pause(own));
    }

    @Override
    public boolean resume(String pauseId) {
        return ask(queue -> queue.resume(pauseId));
    }

    @Override
    public Query everything() {
        return QueueQuery.ALL;
    }
}
