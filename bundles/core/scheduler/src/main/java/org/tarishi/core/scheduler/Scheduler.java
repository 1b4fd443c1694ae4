package org.tarishi.core.scheduler;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
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
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.DsnComposer;
import org.tarishi.core.spi.FailureClasses;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.MailerBackend;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.OutboundQueue;
import org.tarishi.core.spi.QueueControlBackend;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.Retirement;

/**
 * The scheduler as a component: puts its parts together, and lives as long as the store does.
 *
 * <p>One virtual thread waits for the dispatcher's leave and starts another for each attempt. A stop gives attempts under way a while to
 * end, then interrupts them; what was not written down is tried again after the next start.
 */
@Component(service = Retirement.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class Scheduler implements Parts, Retirement {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");

    private volatile @Nullable Hooks hooks;
    private volatile @Nullable MessageStore messages;
    private volatile @Nullable DeliveryAgent agent;
    private volatile @Nullable DsnComposer composer;
    private volatile @Nullable FailureClasses classes;
    private volatile Settings settings;
    private final Dispatcher dispatcher;
    private final Courier courier;
    private final EventFile file;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final Set<Thread> attempts = ConcurrentHashMap.newKeySet();
    private final Thread loop;
    private final QueueStore store;
    private final Loader loader;
    private final Pauses pauses;
    private final Control control;
    private final ProgramMail programMail;
    private final ClientMail client;
    private final Submissions submissions;
    private volatile boolean isRetired;

    /** Puts everything together and begins. */
    @Activate
    public Scheduler(BundleContext context, Config config, @Reference QueueStore store) {
        this.store = store;
        settings = new Settings(config);
        var clock = Clock.systemUTC();
        var random = new SecureRandom();
        Supplier<Settings> now = () -> this.settings;
        dispatcher = new Dispatcher(settings.policy(), System::nanoTime);
        file = new EventFile(
                folder(context, "tarishi.logs"),
                () -> new EventFile.Where(settings.events(), settings.eventBytes(), settings.eventFiles()));
        var events = new Events(file, clock, this::classes);
        submissions = new Submissions(store, dispatcher, events, clock, now, hostName());
        programMail = new ProgramMail(this, submissions);
        var notices = new Notices(this, store, programMail, now);
        var clerk = new Clerk(store, notices, events, clock, random, now, Thread::sleep);
        pauses = new Pauses(folder(context, "tarishi.data").resolve("scheduler").resolve("pauses"), dispatcher);
        courier = new Courier(this, store, dispatcher, pauses, clerk, events);
        control = new Control(store, dispatcher, pauses, events, clock);
        loader = new Loader(store, dispatcher, clock, random, now);

        client = new ClientMail(store, submissions, now);
        loop = Thread.ofVirtual().name("scheduler").unstarted(this::work);
    }

    /** Offers what others use, and begins; what is referenced is bound by now, where it is there. */
    @Activate
    void activate(BundleContext context) {
        register(context, OutboundQueue.class, client, Map.of());
        register(context, MailerBackend.class, programMail, Map.of());
        register(context, QueueControlBackend.class, control, Map.of());
        register(
                context,
                BiFunction.class,
                new QueueCommand(control, this, loader::load, Clock.systemUTC()),
                Map.of("tarishi.command", "queue", "tarishi.command.help", QueueCommand.HELP));
        register(context, Runnable.class, this::hangUp, Map.of("tarishi.signal", "HUP"));
        register(
                context,
                Supplier.class,
                (Supplier<Map<String, Object>>) this::status,
                Map.of("tarishi.status", "outbound"));
        loop.start();
        var _ = store.scanned().thenRun(this::load).exceptionally(failure -> {
            // a store that is closed before its scan has ended says so too
            LOG.warn("mails of former runs are not tried before the next start: {}", failure.toString());
            return null;
        });
    }

    private void load() {
        int found = loader.load();
        LOG.info("{} mails of former runs are in the queue", found);
    }

    private static Path folder(BundleContext context, String property) {
        return Path.of(Objects.requireNonNull(context.getProperty(property), () -> "boot must set " + property));
    }

    private <S> void register(BundleContext context, Class<S> type, S service, Map<String, ?> properties) {
        registrations.add(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
    }

    /** This host's name where that is a domain, else one that no other host has either. */
    private static String hostName() {
        try {
            return Domain.parse(InetAddress.getLocalHost().getHostName()).ascii();
        } catch (UnknownHostException | AddressSyntaxException e) {
            return "localhost";
        }
    }

    private void work() {
        try {
            for (var start = dispatcher.await(); start != null; start = dispatcher.await()) {
                var leave = start;
                // A virtual thread keeps its task after its end, and Felix 7.0.5 may keep the thread in the lock table
                // of a class loader. A future lets go of what it has done: nothing holds a version that was replaced.
                var thread = Thread.ofVirtual()
                        .name("attempt-" + leave.mail().number())
                        .unstarted(new FutureTask<>(() -> attempt(leave), null));
                attempts.add(thread);
                thread.start();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Start leave) {
        try {
            courier.run(leave);
        } catch (Error e) {
            LOG.error(
                    "the attempt for mail {} ended in an error; the mail is kept",
                    leave.mail().number(),
                    e);
        } finally {
            attempts.remove(Thread.currentThread());
        }
    }

    /** Without these nothing can be tried, and nothing is: a mail shall not pay for a bundle that is being replaced. */
    private boolean isReady() {
        return hooks != null && messages != null && agent != null;
    }

    private void hangUp() {
        LOG.info("hang-up: {} deferred mails are due now", dispatcher.retry((String) null));
    }

    private Map<String, Object> status() {
        var stats = store.stats();
        var lines = new ArrayList<String>();
        lines.add("queue: " + stats.mails() + " mails, " + dispatcher.active() + " being tried, " + stats.held()
                + " held" + (stats.scanning() ? ", those of former runs are still being found" : ""));
        if (!isReady()) {
            lines.add("queue: nothing is tried while plugins, messages or a delivery agent are not there");
        }
        if (!settings.policy().isDelivering()) {
            lines.add("queue: nothing is tried, by the setting deliver");
        }
        if (!pauses.list().isEmpty()) {
            lines.add("queue: " + pauses.list().size() + " pauses");
        }
        store.refusal().ifPresent(reason -> lines.add("queue: takes no mail now: " + reason));
        return Map.of("ready", true, "lines", lines);
    }

    @Modified
    void modified(Config config) {
        var next = new Settings(config);
        settings = next;
        dispatcher.configure(next.policy());
    }

    /** No attempt begins any more, and mail is still taken: so a stop that follows keeps nobody waiting for attempts. */
    @Override
    public CompletionStage<?> retire() {
        isRetired = true;
        dispatcher.close();
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        loop.join();
                        for (var thread : attempts) {
                            thread.join();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                code -> Thread.ofVirtual().name("scheduler-retires").start(code));
    }

    @Deactivate
    void deactivate() {
        registrations.forEach(ServiceRegistration::unregister);
        dispatcher.close();
        try {
            // The store goes behind this, and what is on its way into it has been asked about already.
            submissions.await(settings.drain());
            loop.join();
            // Attempts that were waited for before shall not keep those waiting now who hand in mail.
            drain(isRetired ? Duration.ZERO : settings.drain());
            attempts.forEach(Thread::interrupt);
            drain(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }

    private void drain(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        for (var thread : attempts) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            thread.join(Duration.ofNanos(left));
        }
    }

    @Reference(
            target = "(!(" + Retirement.RETIRED + "=*))",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHooks(Hooks service) {
        hooks = service;
        dispatcher.ready(isReady());
    }

    void unbindHooks(Hooks service) {
        if (service.equals(hooks)) {
            hooks = null;
        }
        dispatcher.ready(isReady());
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindMessages(MessageStore service) {
        messages = service;
        dispatcher.ready(isReady());
    }

    void unbindMessages(MessageStore service) {
        if (service.equals(messages)) {
            messages = null;
        }
        dispatcher.ready(isReady());
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAgent(DeliveryAgent service) {
        agent = service;
        dispatcher.ready(isReady());
    }

    void unbindAgent(DeliveryAgent service) {
        if (service.equals(agent)) {
            agent = null;
        }
        dispatcher.ready(isReady());
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindComposer(DsnComposer service) {
        composer = service;
    }

    void unbindComposer(DsnComposer service) {
        if (service.equals(composer)) {
            composer = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindClasses(FailureClasses service) {
        classes = service;
    }

    void unbindClasses(FailureClasses service) {
        if (service.equals(classes)) {
            classes = null;
        }
    }

    @Override
    public @Nullable Hooks hooks() {
        return hooks;
    }

    @Override
    public @Nullable MessageStore messages() {
        return messages;
    }

    @Override
    public @Nullable DeliveryAgent agent() {
        return agent;
    }

    @Override
    public @Nullable DsnComposer composer() {
        return composer;
    }

    @Override
    public @Nullable FailureClasses classes() {
        return classes;
    }
}
