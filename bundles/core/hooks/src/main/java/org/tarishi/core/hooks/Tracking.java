package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.core.spi.ComponentQuestion;

/**
 * Tells the engine which plugins the framework has.
 *
 * <p>It tracks references itself, because a reference of Declarative Services never asks again for a service whose component once
 * failed to start; and it tracks all services, because one with an embedded copy of the API is hidden from us otherwise, and its
 * plugin would be missing without a word.
 */
final class Tracking implements ServiceTrackerCustomizer<Object, Tracking.Tracked>, Engine.Bundles, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");
    private static final String MARK = "tarishi.smtp.plugin";
    private static final long RETRY_MILLIS = 5_000;
    private static final String DID_NOT_START = "its component does not start";

    /** One service with the mark. */
    static final class Tracked {
        private final @Nullable Source source;
        private @Nullable Object instance;

        /** Why there is no instance, empty while nobody has looked. */
        private String problem = "";

        /** How often it was looked at again since. */
        private int looks;

        /** Whether another try may help. */
        private boolean mayRecover;

        Tracked(@Nullable Source source) {
            this.source = source;
        }
    }

    private final BundleContext context;
    private final ServiceComponentRuntime runtime;
    private final ServiceTracker<Object, Tracked> tracker;
    private volatile @Nullable Engine engine;
    private volatile @Nullable Thread retrier;

    Tracking(BundleContext context, ServiceComponentRuntime runtime) {
        this.context = context;
        this.runtime = runtime;
        try {
            this.tracker = new ServiceTracker<>(context, context.createFilter("(" + MARK + "=*)"), this);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    void open(Engine told) {
        engine = told;
        tracker.open(true);
        retrier = Thread.ofVirtual().name("tarishi-plugin-retry").start(this::retryForEver);
    }

    private Engine engine() {
        var told = engine;
        if (told == null) {
            throw new IllegalStateException("not open");
        }
        return told;
    }

    @Override
    public Tracked addingService(ServiceReference<Object> reference) {
        var tracked = new Tracked(source(reference));
        obtain(reference, tracked, true);
        return tracked;
    }

    @Override
    public void modifiedService(ServiceReference<Object> reference, Tracked tracked) {
        obtain(reference, tracked, false);
    }

    /** Obtains a component that is not there yet, and says what is wrong when it can't be. */
    private void obtain(ServiceReference<Object> reference, Tracked tracked, boolean isFirst) {
        var source = tracked.source;
        if (source == null) {
            return;
        }
        synchronized (tracked) {
            if (tracked.instance != null || (!isFirst && !tracked.mayRecover)) {
                return;
            }
            var expected = expected(reference.getBundle());
            tracked.mayRecover = false;
            Object instance;
            var why = DID_NOT_START;
            try {
                instance = context.getService(reference);
            } catch (RuntimeException | LinkageError e) {
                why = "it can't be obtained: " + Faults.text(e);
                instance = null;
            }
            if (instance == null) {
                tracked.mayRecover = true;
                if (isFirst) {
                    tracked.problem = why;
                    engine().failed(source, why, expected);
                }
                return;
            }
            var strangers = strangers(reference, instance);
            if (!strangers.isEmpty()) {
                var problem = "it carries a copy of the API of its own, so that it can't be asked as "
                        + String.join(", ", strangers) + "; its bundle must import org.tarishi.api.* and not hold it";
                context.ungetService(reference);
                tracked.problem = problem;
                engine().failed(source, problem, expected);
                return;
            }
            tracked.instance = instance;
            engine().arrived(source, instance, expected);
        }
    }

    @Override
    public void removedService(ServiceReference<Object> reference, Tracked tracked) {
        var source = tracked.source;
        if (source == null) {
            return;
        }
        boolean isObtained;
        synchronized (tracked) {
            isObtained = tracked.instance != null;
            tracked.mayRecover = false;
            tracked.instance = null;
        }
        var bundle = reference.getBundle();
        engine().left(source, isReplaced(bundle), isLeaving(bundle));
        if (isObtained) {
            context.ungetService(reference);
        }
    }

    /** An update leaves the bundle's autostart setting as it is; who stops it for good, or uninstalls it, takes that away first. */
    private static boolean isReplaced(@Nullable Bundle bundle) {
        if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
            return false;
        }
        var level = bundle.adapt(BundleStartLevel.class);
        return level != null && level.isPersistentlyStarted();
    }

    private static boolean isLeaving(@Nullable Bundle bundle) {
        return bundle == null || (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0;
    }

    /** Returns those names of our interfaces under which an instance is registered without being one. */
    private static List<String> strangers(ServiceReference<?> reference, Object instance) {
        return Kind.of(objectClass(reference)).stream()
                .filter(kind -> !kind.type().isInstance(instance))
                .map(kind -> kind.type().getSimpleName())
                .toList();
    }

    private static String[] objectClass(ServiceReference<?> reference) {
        return (String[]) reference.getProperty(Constants.OBJECTCLASS);
    }

    private static @Nullable Source source(ServiceReference<?> reference) {
        var bundle = reference.getBundle();
        if (bundle == null) {
            return null;
        }
        var where = bundle.getSymbolicName() + " " + bundle.getVersion() + " [" + bundle.getBundleId() + "]";
        if (!(reference.getProperty(MARK) instanceof String text)) {
            LOG.error("a service of {}: want a string as {}", where, MARK);
            return null;
        }
        PluginName name;
        try {
            name = PluginName.parse(text);
        } catch (IllegalArgumentException e) {
            LOG.error("a service of {} is left out: {}", where, Text.escaped(String.valueOf(e.getMessage())));
            return null;
        }
        return new Source(
                (Long) reference.getProperty(Constants.SERVICE_ID),
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer rank ? rank : 0,
                bundle.getBundleId(),
                bundle.getSymbolicName(),
                bundle.getVersion(),
                name,
                strings(reference.getProperty("tarishi.formerly")),
                Kind.of(objectClass(reference)),
                reference.getProperty("tarishi.smtp.verb") instanceof String verb
                        ? verb.toUpperCase(Locale.ROOT)
                        : null,
                Boolean.TRUE.equals(reference.getProperty("tarishi.non.blocking")),
                reference.getProperty("component.name") instanceof String component ? component : null);
    }

    private static List<String> strings(@Nullable Object property) {
        return switch (property) {
            case String[] many ->
                Arrays.stream(many).filter(name -> !name.isBlank()).toList();
            case String one when !one.isBlank() -> List.of(one);
            case null, default -> List.of();
        };
    }

    /** Returns the components that each plugin of a bundle is to have, so that it comes as a whole. */
    private Map<String, Set<String>> expected(@Nullable Bundle bundle) {
        var byPlugin = new HashMap<String, Set<String>>();
        if (bundle != null) {
            for (var description : runtime.getComponentDescriptionDTOs(bundle)) {
                var id = pluginOf(description);
                // one that wants a configuration is there as often as there are such
                if (id != null
                        && description.serviceInterfaces.length > 0
                        && !"require".equals(description.configurationPolicy)
                        && runtime.isComponentEnabled(description)) {
                    byPlugin.computeIfAbsent(id, key -> new HashSet<>()).add(description.name);
                }
            }
        }
        return byPlugin;
    }

    private static @Nullable String pluginOf(ComponentDescriptionDTO description) {
        if (!(description.properties.get(MARK) instanceof String text)) {
            return null;
        }
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    // Engine.Bundles

    @Override
    public boolean isInstalled(long bundleId) {
        return context.getBundle(bundleId) != null;
    }

    @Override
    public void retry(long bundleId) {
        tracker.getTracked().forEach((reference, tracked) -> {
            if (tracked.source != null && tracked.source.bundleId() == bundleId) {
                obtain(reference, tracked, false);
            }
        });
    }

    @Override
    public List<String> problems(long bundleId) {
        var bundle = context.getBundle(bundleId);
        if (bundle == null) {
            return List.of("there is no bundle " + bundleId);
        }
        var problems = new ArrayList<String>();
        for (var description : runtime.getComponentDescriptionDTOs(bundle)) {
            if (pluginOf(description) != null) {
                explain(description, problems);
            }
        }
        return problems;
    }

    @Override
    public boolean areAllStopping() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING;
    }

    @Override
    public String explain(String plugin) {
        try {
            var problems = new ArrayList<String>();
            for (var description : runtime.getComponentDescriptionDTOs()) {
                if (plugin.equals(pluginOf(description))) {
                    explain(description, problems);
                }
            }
            return String.join("; ", problems);
        } catch (IllegalStateException e) {
            // the framework, or the runtime of Declarative Services, is going down
            return "";
        }
    }

    private void explain(ComponentDescriptionDTO description, List<String> problems) {
        if (!runtime.isComponentEnabled(description)) {
            problems.add(description.name + " is disabled");
            return;
        }
        ComponentQuestion<Collection<ComponentConfigurationDTO>> question =
                () -> runtime.getComponentConfigurationDTOs(description);
        for (var configuration : question.answer()) {
            switch (configuration.state) {
                case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                    problems.add(description.name + " wants a configuration "
                            + String.join(", ", description.configurationPid));
                case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> {
                    for (var reference : configuration.unsatisfiedReferences) {
                        problems.add(description.name + " wants a service " + interfaceOf(description, reference.name));
                    }
                }
                case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                    problems.add(description.name + " failed to start: " + firstLine(configuration.failure));
                default -> {}
            }
        }
    }

    private static String interfaceOf(ComponentDescriptionDTO description, String reference) {
        for (var one : description.references) {
            if (one.name.equals(reference)) {
                return one.interfaceName + (one.target == null ? "" : " " + one.target);
            }
        }
        return reference;
    }

    /** Returns the first line of a stack trace, and of its last cause, which is what was thrown. */
    private static String firstLine(@Nullable String trace) {
        if (trace == null) {
            return "see the log";
        }
        var lines = trace.lines()
                .filter(line -> !line.startsWith("\t") && !line.isBlank())
                .toList();
        return lines.isEmpty() ? "see the log" : Text.escaped(lines.getLast());
    }

    /** Tries again what is not there, and tells what stays away. */
    void look() {
        tracker.getTracked().forEach((reference, tracked) -> {
            obtain(reference, tracked, false);
            tell(tracked);
        });
    }

    /**
     * Says once why a component is not there, where nobody else does: a required plugin is told as missing, and an installation that
     * is refused is told by who refuses it, and is gone again before the second look.
     */
    private void tell(Tracked tracked) {
        var source = tracked.source;
        synchronized (tracked) {
            if (source == null || tracked.instance != null || tracked.problem.isEmpty() || ++tracked.looks != 2) {
                return;
            }
        }
        var id = source.name().id();
        if (!engine().current().absent().containsKey(id)) {
            LOG.error("{} is left out: {}{}", source, tracked.problem, engine().explained(id));
        }
    }

    private void retryForEver() {
        try {
            while (true) {
                Thread.sleep(RETRY_MILLIS);
                look();
            }
        } catch (InterruptedException e) {
            // closed
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        var running = retrier;
        if (running != null) {
            running.interrupt();
        }
        tracker.close();
    }
}
