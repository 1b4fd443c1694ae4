package org.tarishi.core.dsn;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.core.spi.DsnComposer;

/** Composes notifications from templates that an operator may replace while the server runs. */
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class TemplatedDsnComposer implements DsnComposer {

    private final Path conf;
    private final Domain ownHost;
    private final Clock clock;
    private final RandomGenerator random;
    private final Watch watch;
    private volatile Setup setup;

    /** Settings and the templates that they name: swapped together. */
    private record Setup(Settings settings, OperatorFiles<Templates> templates) {}

    /** Made by Declarative Services. */
    @Activate
    public TemplatedDsnComposer(BundleContext context, Config config) {
        this(
                new Settings(config),
                confFolder(context),
                ownHost(),
                Clock.system(ZoneId.systemDefault()),
                new SecureRandom());
    }

    TemplatedDsnComposer(Settings settings, Path conf, Domain ownHost, Clock clock, RandomGenerator random) {
        this.conf = conf;
        this.ownHost = ownHost;
        this.clock = clock;
        this.random = random;
        setup = setup(settings, Templates.shipped());
        watch = new Watch("dsn-templates", () -> setup.settings().checkEvery(), this::refresh);
    }

    @Modified
    void modified(Config config) {
        setup = setup(new Settings(config), setup.templates().current());
    }

    @Deactivate
    void deactivate() {
        watch.stop();
    }

    static Path confFolder(BundleContext context) {
        var folder = context.getProperty("tarishi.conf");
        return Path.of(folder == null ? "conf" : folder).toAbsolutePath();
    }

    private static Domain ownHost() {
        try {
            return Domain.parse(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException | AddressSyntaxException e) {
            return Domain.parse("localhost");
        }
    }

    private Setup setup(Settings settings, Templates before) {
        var folder = conf.resolve(settings.templates());
        var image = settings.image();
        var templates = new OperatorFiles<>(
                "templates in " + folder,
                Templates.files(image).stream().map(folder::resolve).toList(),
                Templates.MOST_BYTES,
                files -> Templates.of(files, image),
                before,
                clock);
        templates.refresh();
        return new Setup(settings, templates);
    }

    /** Looks whether the templates have changed. */
    void refresh() {
        setup.templates().refresh();
    }

    @Override
    public Optional<Notification> compose(Mail mail, List<Report> reports) throws IOException {
        var to = mail.sender().mailbox();
        var wanted = to.isEmpty() ? List.<Report>of() : Composer.wanted(reports);
        if (to.isEmpty() || wanted.isEmpty()) {
            return Optional.empty();
        }
        var now = setup;
        var host = now.settings().host().isEmpty()
                ? ownHost
                : Domain.parse(now.settings().host());
        var composer = new Composer(now.settings(), now.templates().current(), host, clock, random);
        return Optional.of(composer.compose(mail, to.get(), wanted));
    }
}
