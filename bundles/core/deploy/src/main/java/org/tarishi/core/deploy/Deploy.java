package org.tarishi.core.deploy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/** Puts the parts of this bundle together: the store, the installer, the deploy folder, the command. */
@Component(configurationPid = Deploy.PID, immediate = true)
@Designate(ocd = Deploy.Config.class)
public final class Deploy implements PluginInstaller {

    static final String PID = "org.tarishi.core.deploy";

    /** Settings of {@value Deploy#PID}. */
    @ObjectClassDefinition(name = "Tarishi plugin installation")
    public @interface Config {

        /** How often to look into the deploy folder. */
        @AttributeDefinition(
                name = "Look interval",
                description = "How often to look into the deploy folder, in milliseconds. Default: 250.",
                min = "50",
                max = "60000")
        int lookInterval() default 250;

        /** How long to wait for components. */
        @AttributeDefinition(
                name = "Check limit",
                description =
                        "How long a new plugin's components may take to be ready before it is refused, in seconds."
                                + " Default: 10.",
                min = "1",
                max = "600")
        int checkLimit() default 10;

        /** How long to wait for a place. */
        @AttributeDefinition(
                name = "Drain wait",
                description = "How long an installation waits while two older versions of the plugin still have"
                        + " transactions to end, in seconds; then it is refused. Default: 60.",
                min = "0",
                max = "3600")
        int drainWait() default 60;
    }

    /**
     * The checked form of {@link Config}.
     *
     * @param lookInterval how often to look into the deploy folder
     * @param checkLimit how long components may take to be ready
     * @param drainWait how long to wait for a place
     */
    @SettingsFor(PID)
    record Settings(Duration lookInterval, Duration checkLimit, Duration drainWait) {

        Settings(Config config) {
            this(
                    Duration.ofMillis(config.lookInterval()),
                    Duration.ofSeconds(config.checkLimit()),
                    Duration.ofSeconds(config.drainWait()));
        }

        Settings {
            range("lookInterval", lookInterval.toMillis(), 50, 60_000, "milliseconds");
            range("checkLimit", checkLimit.toSeconds(), 1, 600, "seconds");
            range("drainWait", drainWait.toSeconds(), 0, 3600, "seconds");
        }

        private static void range(String key, long value, long least, long most, String unit) {
            if (value < least || value > most) {
                throw new InvalidSettingException(key, "must be " + least + " to " + most + " " + unit + ": " + value);
            }
        }

        Installer.Limits limits() {
            return new Installer.Limits(checkLimit, drainWait);
        }
    }

    private final Path deployFolder;
    private final PluginStore store;
    private final ComponentCheck components;
    private final BundleContext context;

    private final AtomicReference<@Nullable PluginSwitch> chains = new AtomicReference<>();

    private volatile @Nullable Open open;

    /** What runs between activation and deactivation. */
    private record Open(Installer installer, Inbox inbox, ServiceRegistration<?> command) {}

    /** Opens the store. */
    @Activate
    public Deploy(BundleContext context, @Reference ServiceComponentRuntime runtime) {
        this.context = context;
        deployFolder = Path.of(property(context, "tarishi.deploy"));
        store = new PluginStore(Path.of(property(context, "tarishi.data")));
        components = new ComponentCheck(runtime);
    }

    @Activate
    void activate(Config config) {
        var settings = new Settings(config);
        var installer = new Installer(
                context,
                store,
                components,
                () -> Objects.requireNonNull(chains.get(), "core/hooks is not there"),
                Clock.systemUTC(),
                settings.limits());
        installer.restore();
        var inbox = new Inbox(deployFolder, installer, installer::isOpen, settings.lookInterval());
        Dictionary<String, Object> properties = FrameworkUtil.asDictionary(Map.of(
                "tarishi.command",
                "plugin",
                "tarishi.command.help",
                "install FILE | list | remove NAME: plugins, replaced while mail flows"));
        var command = new PluginCommand(context, installer, components, store);
        open = new Open(installer, inbox, context.registerService(BiFunction.class, command, properties));
        inbox.open();
    }

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindChains(PluginSwitch service) {
        chains.set(service);
        var now = open;
        if (now != null) {
            now.installer().tell(service);
        }
    }

    void unbindChains(PluginSwitch service) {
        chains.compareAndSet(service, null);
    }

    @Modified
    void modified(Config config) {
        var settings = new Settings(config);
        var now = Objects.requireNonNull(open);
        now.installer().limits(settings.limits());
        now.inbox().interval(settings.lookInterval());
    }

    @Deactivate
    void deactivate() {
        var now = open;
        open = null;
        if (now != null) {
            now.command().unregister();
            now.inbox().close();
        }
    }

    @Override
    public String install(Path jar, String door) throws PluginRefusedException {
        var now = open;
        if (now == null) {
            throw new PluginRefusedException("the server is starting or stopping: try again");
        }
        return now.installer().install(jar, door);
    }

    private static String property(BundleContext context, String key) {
        return Objects.requireNonNull(context.getProperty(key), () -> "boot must set " + key);
    }
}
