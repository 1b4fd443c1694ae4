package org.tarishi.plugin.acme;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
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
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.hook.SwapInPlace;
import org.tarishi.api.service.AcmeDnsResponder;

/**
 * The plugin: one thread that gets certificates and renews them, from activation to deactivation.
 *
 * <p>It is in no chain: mail never asks it anything. Two of it would renew twice, and want one port.
 */
@SmtpPlugin("acme")
@SwapInPlace
@Component(service = Acme.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class Acme {

    private static final Logger LOG = LoggerFactory.getLogger(Acme.class);

    /** How long stopping waits for what is under way; an interrupt ends that at once, as a rule. */
    private static final Duration STOP = Duration.ofSeconds(10);

    /** After a pass that failed in a way that nobody thought of. */
    private static final Duration AFTER_FAULT = Duration.ofHours(1);

    private final Renewer renewer;
    private final Clock clock;
    private final List<AcmeDnsResponder> responders = new CopyOnWriteArrayList<>();
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /** Guarded by the lock. */
    private boolean hasNews = true;

    /** Makes it for the container. */
    @Activate
    public Acme(BundleContext context, Config config) {
        this(
                new Settings(config),
                new Renewer.Folders(
                        folder(context, "tarishi.conf", "conf"),
                        folder(context, "tarishi.data", "data").resolve("acme")),
                new Waits(Clock.systemUTC(), Thread::sleep),
                HttpResponder::new);
        start();
    }

    Acme(Settings settings, Renewer.Folders folders, Waits waits, Renewer.Listener listener) {
        this.clock = waits.clock();
        this.renewer = new Renewer(settings, folders, waits, new SecureRandom(), () -> responders, listener);
        this.thread = Thread.ofVirtual().name("acme").unstarted(this::run);
    }

    private static Path folder(BundleContext context, String property, String otherwise) {
        var folder = context.getProperty(property);
        return Path.of(folder == null ? otherwise : folder).toAbsolutePath();
    }

    /** Takes other settings; a certificate that is under way is got by the old ones. */
    @Modified
    void modified(Config config) {
        renewer.settings(new Settings(config));
        wake();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindResponder(AcmeDnsResponder responder) {
        responders.add(responder);
        wake();
    }

    void unbindResponder(AcmeDnsResponder responder) {
        responders.remove(responder);
    }

    @Deactivate
    void deactivate() {
        thread.interrupt();
        try {
            if (!thread.join(STOP)) {
                LOG.warn("a certificate is still being asked for, {} after the stop", STOP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    final void start() {
        thread.start();
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    Renewer renewer() {
        return renewer;
    }

    private void run() {
        try {
            while (true) {
                await(pass());
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped");
        }
    }

    private Instant pass() throws InterruptedException {
        try {
            return renewer.pass();
        } catch (RuntimeException e) {
            LOG.error("certificates could not be looked after, next try in {}", AFTER_FAULT, e);
            return clock.instant().plus(AFTER_FAULT);
        }
    }

    private void await(Instant next) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            // The clock may be set while this waits: it looks again from time to time.
            while (!hasNews && clock.instant().isBefore(next)) {
                var left = Duration.between(clock.instant(), next);
                news.await(Math.min(left.toMillis() + 1, Duration.ofHours(1).toMillis()), TimeUnit.MILLISECONDS);
            }
            hasNews = false;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            hasNews = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what is wanted, by name. */
    Optional<Wanted> wanted(String name) {
        return wanted().filter(one -> one.name().equals(name)).findFirst();
    }

    Stream<Wanted> wanted() {
        return renewer.settings().certificates().stream();
    }
}
