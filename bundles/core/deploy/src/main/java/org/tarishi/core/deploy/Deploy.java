package org.tarishi.core.deploy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.PluginAdministration;
import org.tarishi.core.spi.PluginInstaller;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.Retirement;
import org.tarishi.core.spi.SettingsArchive;

/** Puts the parts of this bundle together: the store, the installer, the deploy folder, the command, the status. */
@Component(configurationPid = Deploy.PID, immediate = true)
@Designate(ocd = Config.class)
public final class Deploy implements PluginInstaller {

    static final String PID = "org.tarishi.core.deploy";

    private static final Logger LOG = LoggerFactory.getLogger(Deploy.class);

    private final Path deployFolder;
    private final Path conf;
    private final PluginStore store;
    private final KeptVersions kept;
    private final History history;
    private final ComponentCheck components;
    private final BundleContext context;

    private final Switches chains = new Switches();

    @Reference(
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            cardinality = ReferenceCardinality.OPTIONAL)
    private volatile @Nullable SettingsArchive archive;

    private volatile @Nullable Open open;

    /** What runs between activation and deactivation. */
    private record Open(Installer installer, Inbox inbox, List<ServiceRegistration<?>> services) {}

    /** Opens the store. */
    @Activate
    public Deploy(BundleContext context, @Reference ServiceComponentRuntime runtime) {
        this.context = context;
        deployFolder = Path.of(property(context, "tarishi.deploy"));
        conf = Path.of(property(context, "tarishi.conf"));
        store = new PluginStore(Path.of(property(context, "tarishi.data")));
        kept = new KeptVersions(store);
        history = new History(store.folder(), Clock.systemUTC());
        components = new ComponentCheck(runtime);
    }

    @Activate
    void activate(Config config) {
        var settings = new Settings(config);
        var installer = new Installer(
                context,
                store,
                kept,
                history,
                components,
                () -> chains,
                new KeptSettings(() -> archive),
                Clock.systemUTC(),
                settings,
                trust(settings));
        installer.restore();
        var inbox = new Inbox(deployFolder, installer, installer::isOpen, settings.lookInterval());
        var why = new Why(
                context,
                store,
                kept,
                history,
                components,
                installer.trials(),
                installer.leaving(),
                chains::present,
                () -> archive);
        var services = new ArrayList<ServiceRegistration<?>>();
        var command = new PluginCommand(context, installer, components, store, kept, history, why);
        services.add(context.registerService(
                new String[] {BiFunction.class.getName(), PluginAdministration.class.getName()},
                command,
                FrameworkUtil.asDictionary(
                        Map.of("tarishi.command", "plugin", "tarishi.command.help", PluginCommand.HELP))));
        Supplier<Map<String, Object>> status = () -> Map.of("ready", true, "lines", status(installer));
        services.add(context.registerService(
                Supplier.class, status, FrameworkUtil.asDictionary(Map.of("tarishi.status", "deploy"))));
        open = new Open(installer, inbox, services);
        inbox.open();
    }

    /** Tells what runs on probation, and what has gone back by itself and not been replaced since. */
    private List<String> status(Installer installer) {
        var lines = new ArrayList<>(installer.onProbation());
        lines.addAll(installer.trials().lines());
        lines.addAll(installer.leaving().lines());
        var names = new ArrayList<>(kept.names());
        for (var name : names) {
            history.last(name, History.Kind.FAILED)
                    .ifPresent(event -> lines.add(name + " " + event.text() + " (" + event.when() + ")"));
        }
        return List.copyOf(lines);
    }

    /** The files were there when the settings were stored; where they have gone since, nothing comes in rather than everything. */
    private Trust trust(Settings settings) {
        try {
            return Trust.read(settings.trustedSigners(), conf);
        } catch (InvalidSettingException e) {
            LOG.error("no plugin is trusted, neither new ones nor those that were put in: {}", e.getMessage());
            return Trust.NOBODY;
        }
    }

    @Reference(
            target = "(!(" + Retirement.RETIRED + "=*))",
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindChains(PluginSwitch service) {
        var now = open;
        if (now == null) {
            chains.set(service);
        } else {
            now.installer().succeed(service, () -> chains.set(service));
        }
    }

    void unbindChains(PluginSwitch service) {
        chains.unset(service);
    }

    /** Former chains that still have sessions. */
    @Reference(
            target = "(" + Retirement.RETIRED + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindRetired(PluginSwitch service) {
        chains.addRetired(service);
    }

    void unbindRetired(PluginSwitch service) {
        chains.removeRetired(service);
    }

    @Modified
    void modified(Config config) {
        var settings = new Settings(config);
        var now = Objects.requireNonNull(open);
        now.installer().configure(settings, trust(settings));
        now.inbox().interval(settings.lookInterval());
    }

    @Deactivate
    void deactivate() {
        var now = open;
        open = null;
        if (now != null) {
            now.services().forEach(ServiceRegistration::unregister);
            now.inbox().close();
            now.installer().close();
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
