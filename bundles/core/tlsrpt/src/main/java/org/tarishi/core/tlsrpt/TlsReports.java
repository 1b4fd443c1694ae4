package org.tarishi.core.tlsrpt;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.Mailer;
import org.tarishi.core.spi.TlsResults;

/** Counts what it is told, keeps it, and reports it each day. Without a contact it does nothing, and has no thread. */
@Component(service = TlsResults.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class TlsReports implements TlsResults {

    private static final Logger LOG = LoggerFactory.getLogger(TlsReports.class);

    /** How often results are written, and looked whether reports are due: so much is lost at a kill, and nothing at a stop. */
    private static final Duration STEP = Duration.ofMinutes(1);

    private final Tally tally = new Tally();
    private final Reporter reporter;
    private final Clock clock;
    private volatile Settings settings;
    private @Nullable ScheduledExecutorService thread;

    /** Makes it for the container. */
    @Activate
    public TlsReports(BundleContext context, Config config, @Reference Mailer mailer, @Reference Dns dns) {
        this(
                new Settings(config),
                folder(context, "tarishi.data", "data").resolve("tlsrpt"),
                mailer,
                dns,
                new HttpsPoster(folder(context, "tarishi.conf", "conf")),
                Clock.systemUTC(),
                new SecureRandom());
        arrange();
    }

    TlsReports(
            Settings settings,
            Path folder,
            Mailer mailer,
            Dns dns,
            Poster poster,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        var files = new TallyFiles(folder);
        files.load(tally);
        this.reporter = new Reporter(tally, files, dns, mailer, poster, clock, random);
    }

    private static Path folder(BundleContext context, String property, String otherwise) {
        var folder = context.getProperty(property);
        return Path.of(folder == null ? otherwise : folder).toAbsolutePath().normalize();
    }

    @Modified
    void modified(Config config) {
        settings = new Settings(config);
        arrange();
    }

    /** Has a thread while there is anything to do. */
    private synchronized void arrange() {
        if (settings.isOn() && thread == null) {
            thread = Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("tlsrpt").factory());
            var _ = thread.scheduleWithFixedDelay(
                    this::safely, STEP.toMillis(), STEP.toMillis(), TimeUnit.MILLISECONDS);
        } else if (!settings.isOn()) {
            end();
        }
    }

    private void safely() {
        try {
            step();
        } catch (RuntimeException e) {
            LOG.error("reports on TLS are tried again in {}", STEP, e); // else there would be no next step
        }
    }

    /** Does what is due. */
    void step() {
        var now = settings;
        if (now.isOn()) {
            reporter.step(now);
        }
    }

    private synchronized void end() {
        var running = thread;
        if (running != null) {
            thread = null;
            running.shutdownNow();
            try {
                if (!running.awaitTermination(10, TimeUnit.SECONDS)) {
                    LOG.warn("a report is still being sent");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Writes what is not written yet. */
    @Deactivate
    void deactivate() {
        end();
        reporter.save();
    }

    @Override
    public void told(Result result) {
        if (settings.isOn()) {
            tally.add(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC), result);
        }
    }
}
