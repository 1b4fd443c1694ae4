package org.tarishi.plugin.outboundwebhook;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.hook.BounceHook;
import org.tarishi.api.hook.DeferredHook;
import org.tarishi.api.hook.DeliveryListener;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.hook.SubmitHook;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.RecipientFailure;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.Submission;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/**
 * Posts what becomes of outbound mail to a web server.
 *
 * <p>Each event is on the disk before the hook that brings it returns; one thread posts them. An event is posted until the web server
 * takes it, and so may come twice: each has an id.
 */
@SmtpPlugin("outbound-webhook")
@Component(configurationPid = Settings.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Config.class)
public final class OutboundWebhook implements SubmitHook, DeliveryListener, DeferredHook, BounceHook {

    private static final Logger LOG = LoggerFactory.getLogger(OutboundWebhook.class);

    /** How often losses are told of. */
    private static final Duration TELLING = Duration.ofMinutes(1);

    /** How many bytes may be written before the room is looked at again. */
    private static final long LOOK_EVERY = 1 << 16;

    /** Below the smallest room for all, so that dropping the oldest file never drops all. */
    private static final long SMALLEST_SEGMENT = 1 << 17;

    private static final long LARGEST_SEGMENT = 1 << 22;

    private final Spool spool;
    private final Sender sender;
    private final InstantSource clock;
    private final Tables tables;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Condition changed = lock.newCondition();
    private volatile State state;
    private volatile boolean isStopped;

    // Guarded by the lock.
    private long unlooked = LOOK_EVERY;
    private long lost;
    private Instant told = Instant.EPOCH;

    /** The settings with their table open; nothing for all domains. */
    private record State(Settings settings, Optional<Table> domains) {}

    /** Makes one; for the runtime. */
    @Activate
    public OutboundWebhook(BundleContext context, Config config, @Reference Tables tables) {
        this(
                new Settings(config),
                tables,
                folder(context, "tarishi.conf", "conf"),
                folder(context, "tarishi.data", "data").resolve("outbound-webhook"),
                Clock.systemUTC(),
                new Random());
        thread.start();
    }

    OutboundWebhook(
            Settings settings, Tables tables, Path conf, Path folder, InstantSource clock, RandomGenerator random) {
        this.tables = tables;
        this.clock = clock;
        this.state = state(settings);
        var start = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
        var instance = UUID.randomUUID().toString().substring(0, 8);
        this.spool = new Spool(folder, clock, start, instance);
        this.sender = new Sender(spool, conf, clock, random);
        this.thread = Thread.ofVirtual().name("outbound-webhook").unstarted(this::run);
    }

    private static Path folder(BundleContext context, String property, String otherwise) {
        var folder = context.getProperty(property);
        return Path.of(folder == null ? otherwise : folder);
    }

    private State state(Settings settings) {
        try {
            return new State(
                    settings,
                    settings.domains().isEmpty() ? Optional.empty() : Optional.of(tables.open(settings.domains())));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("domains", String.valueOf(e.getMessage()));
        }
    }

    /** Takes new settings: for the next event and the next post. */
    @Modified
    void modified(Config config) {
        state = state(new Settings(config));
        wake();
    }

    /** Ends the thread; what waits is posted by who comes next. */
    @Deactivate
    void deactivate() throws InterruptedException {
        isStopped = true;
        sender.close();
        if (thread.getState() != Thread.State.NEW) {
            thread.interrupt();
            thread.join(Duration.ofSeconds(10));
        }
        try {
            spool.finish();
            spool.disown();
        } catch (IOException e) {
            LOG.warn("the spool can't be left in order: {}", e.toString());
        }
    }

    // ------------------------------------------------------------------------------------------------------- events

    @Override
    public HookResult onSubmit(Submission submission) {
        var now = state;
        if (isWanted(now, Kind.QUEUED)) {
            for (var recipient : submission.recipients().all()) {
                if (isWanted(now, recipient.mailbox().host())) {
                    keep(
                            now,
                            event(Kind.QUEUED)
                                    .with("submission", submission.id())
                                    .with(
                                            "sender",
                                            submission
                                                    .sender()
                                                    .mailbox()
                                                    .map(Object::toString)
                                                    .orElse(""))
                                    .with("recipient", recipient.mailbox().toString())
                                    .with("domain", ascii(recipient.mailbox().host()))
                                    .with("origin", submission.origin())
                                    .with("size", size(submission)));
                }
            }
        }
        return HookResult.CONTINUE;
    }

    /** A message that can't be read now is no reason to refuse it. */
    private static long size(Submission submission) {
        try {
            return submission.message().size();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void delivered(OutboundMail mail, Delivered delivered) {
        var now = state;
        if (!isWanted(now, Kind.DELIVERED) || !isWanted(now, mail.domain())) {
            return;
        }
        for (var recipient : delivered.recipients()) {
            keep(
                    now,
                    of(Kind.DELIVERED, mail)
                            .with("recipient", recipient.mailbox().toString())
                            .with("host", delivered.host())
                            .with(
                                    "address",
                                    delivered
                                            .address()
                                            .map(address -> address.getHostAddress())
                                            .orElse(null))
                            .with("port", delivered.port())
                            .with("mode", delivered.mode())
                            .with("secured", delivered.isSecured())
                            .with("authenticated", delivered.isAuthenticated())
                            .with("queuedMillis", delivered.delay().toMillis())
                            .with("reply", delivered.response()));
        }
    }

    @Override
    public RetryDecision onDeferred(OutboundMail mail, Deferral deferral) {
        var now = state;
        if (isWanted(now, Kind.DEFERRED) && isWanted(now, mail.domain())) {
            for (var failure : deferral.recipients()) {
                keep(
                        now,
                        failed(Kind.DEFERRED, mail, failure, deferral.route())
                                .with("againMillis", deferral.delay().toMillis())
                                .with("error", deferral.error()));
            }
        }
        return RetryDecision.onSchedule();
    }

    @Override
    public BounceDecision onBounce(OutboundMail mail, Failure failure) {
        var now = state;
        if (isWanted(now, Kind.BOUNCED) && isWanted(now, mail.domain())) {
            keepAll(now, mail, failure, failure.bounced(), false);
            keepAll(now, mail, failure, failure.deferred(), true);
        }
        return BounceDecision.notifySender();
    }

    private void keepAll(
            State now, OutboundMail mail, Failure failure, List<RecipientFailure> recipients, boolean isGivenUp) {
        for (var recipient : recipients) {
            keep(
                    now,
                    failed(Kind.BOUNCED, mail, recipient, failure.route())
                            .with("givenUp", isGivenUp)
                            .with("error", failure.error()));
        }
    }

    private EventText failed(Kind kind, OutboundMail mail, RecipientFailure failure, Optional<Route> route) {
        return of(kind, mail)
                .with("recipient", failure.recipient().mailbox().toString())
                .with("host", route.flatMap(Route::host).orElse(null))
                .with("reply", failure.reply());
    }

    private EventText of(Kind kind, OutboundMail mail) {
        return event(kind)
                .with("mail", mail.id())
                .with("sender", mail.sender().mailbox().map(Object::toString).orElse(""))
                .with("domain", ascii(mail.domain()))
                .with("user", mail.user().orElse(null))
                .with("failures", mail.failures());
    }

    private EventText event(Kind kind) {
        return new EventText()
                .with("id", UUID.randomUUID().toString())
                .with("event", kind.word())
                .with("time", clock.instant().toString());
    }

    private static String ascii(MailHost host) {
        return host.ascii().toLowerCase(Locale.ROOT);
    }

    private static boolean isWanted(State now, Kind kind) {
        return now.settings.url().isPresent() && now.settings.kinds().contains(kind);
    }

    /** Where that can't be told, it is posted: one event too many is better than one that is missed. */
    private static boolean isWanted(State now, MailHost host) {
        if (now.domains.isEmpty()) {
            return true;
        }
        try {
            var table = now.domains.get();
            return table.contains(host.ascii()) || table.contains(host.unicode());
        } catch (LookupException e) {
            LOG.warn("cannot tell whether events of {} are wanted, they are posted: {}", host.ascii(), e.getMessage());
            return true;
        }
    }

    // -------------------------------------------------------------------------------------------------------- spool

    /** Writes an event down. What can't be written is lost, and told; mail does not wait for it. */
    private void keep(State now, EventText event) {
        var line = event.line();
        lock.lock();
        try {
            if (isRoomFor(now.settings, line.length)) {
                spool.append(line, segmentBytes(now.settings));
                unlooked += line.length;
            } else {
                lost++;
            }
            tell("there is no room for more (spoolBytes = " + now.settings.spoolBytes() + ")");
            news.signal();
        } catch (IOException e) {
            lost++;
            tell("can't be written: " + e);
        } finally {
            lock.unlock();
        }
    }

    private static long segmentBytes(Settings settings) {
        return Math.clamp(settings.spoolBytes() / 64, SMALLEST_SEGMENT, LARGEST_SEGMENT);
    }

    private boolean isRoomFor(Settings settings, int bytes) throws IOException {
        if (unlooked < LOOK_EVERY) {
            return true;
        }
        // What is written until the next look has to find room, too.
        long most = settings.spoolBytes() - LOOK_EVERY - bytes;
        while (spool.bytes() > most) {
            int dropped = settings.isOldestDropped() ? spool.dropOldest() : 0;
            if (dropped == 0) {
                return false;
            }
            lost += dropped;
        }
        unlooked = 0;
        return true;
    }

    /** Tells of losses now and then; under the lock. */
    private void tell(String why) {
        var now = clock.instant();
        if (lost > 0 && Duration.between(told, now).compareTo(TELLING) >= 0) {
            LOG.warn("{} event(s) lost: {}", lost, why);
            lost = 0;
            told = now;
        }
    }

    // --------------------------------------------------------------------------------------------------------- post

    /** Does one step; for the thread, and for tests in its place. */
    Duration step() throws InterruptedException {
        return sender.step(state.settings);
    }

    /** Nothing that goes wrong in one step may end the thread: events would wait until the next start. */
    private Duration stepOrTell() throws InterruptedException {
        try {
            return step();
        } catch (RuntimeException e) {
            LOG.error("a post went wrong here, tried again: {}", e.toString());
            return Sender.IDLE;
        }
    }

    private void run() {
        try {
            while (!isStopped) {
                var wait = stepOrTell();
                if (wait.isPositive()) {
                    await(wait);
                }
            }
        } catch (InterruptedException e) {
            // stopped
        }
    }

    /** Waits. New settings end the wait; where there is nothing to do, a new event does, too. */
    @SuppressWarnings("WaitNotInLoop") // being woken early only means to look around early
    private void await(Duration wait) throws InterruptedException {
        lock.lock();
        try {
            (wait.equals(Sender.IDLE) ? news : changed).awaitNanos(wait.toNanos());
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            news.signalAll();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
