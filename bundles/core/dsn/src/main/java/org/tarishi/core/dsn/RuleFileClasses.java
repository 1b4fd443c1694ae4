package org.tarishi.core.dsn;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.FailureClasses;

/** Classifies failures by rules that an operator may replace while the server runs. */
@Component(configurationPid = ClassesSettings.PID)
@Designate(ocd = ClassesConfig.class)
public final class RuleFileClasses implements FailureClasses {

    private final Path conf;
    private final Clock clock;
    private final Watch watch;
    private volatile Setup setup;

    /** Settings and the rules that they name: swapped together. */
    private record Setup(ClassesSettings settings, OperatorFiles<FailureRules> rules) {}

    /** Made by Declarative Services. */
    @Activate
    public RuleFileClasses(BundleContext context, ClassesConfig config) {
        this(new ClassesSettings(config), TemplatedDsnComposer.confFolder(context), Clock.systemUTC());
    }

    RuleFileClasses(ClassesSettings settings, Path conf, Clock clock) {
        this.conf = conf;
        this.clock = clock;
        setup = setup(settings, FailureRules.shipped());
        watch = new Watch("failure-classes", () -> setup.settings().checkEvery(), this::refresh);
    }

    @Modified
    void modified(ClassesConfig config) {
        setup = setup(new ClassesSettings(config), setup.rules().current());
    }

    @Deactivate
    void deactivate() {
        watch.stop();
    }

    private Setup setup(ClassesSettings settings, FailureRules before) {
        var file = conf.resolve(settings.rules());
        var name = String.valueOf(file.getFileName());
        var rules = new OperatorFiles<>(
                "classes of failures in " + file,
                List.of(file),
                FailureRules.MOST_BYTES,
                files -> {
                    var own = files.get(name);
                    return own == null ? FailureRules.shipped() : FailureRules.of(name, own);
                },
                before,
                clock);
        rules.refresh();
        return new Setup(settings, rules);
    }

    /** Looks whether the rules have changed. */
    void refresh() {
        setup.rules().refresh();
    }

    @Override
    public String classify(Reply reply, @Nullable String host) {
        return setup.rules().current().classify(reply, host);
    }
}
