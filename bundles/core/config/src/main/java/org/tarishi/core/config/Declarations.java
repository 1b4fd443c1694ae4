package org.tarishi.core.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.config.CfgFile.Value;

/**
 * Finds the bundles that declare a PID, and checks configurations by what they declare: keys, types and limits by Metatype, meaning by
 * the class of the {@code tarishi.settings} capability.
 *
 * <p>Where several versions of a bundle are there, those have a say that run, because each of them is handed the values; if none
 * runs, the highest. A key is known when one of them knows it: so that settings can be made ready for the version that comes, and the
 * version that goes does not refuse them. Of a bundle, its Metatype documents are kept, until it has gone.
 */
final class Declarations {

    private static final Logger log = LoggerFactory.getLogger(Declarations.class);

    private static final int THERE = Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;
    private static final int RUNNING = Bundle.STARTING | Bundle.ACTIVE;

    private final BundleContext context;
    private final MetaTypeService metatype;
    private final SettingsCheck settingsCheck;

    /** What documents say: at a start each is asked for several times, and Metatype would parse it each time. */
    private final Map<Bundle, Documents> documents = new ConcurrentHashMap<>();

    private record Documents(long lastModified, MetaTypeInformation information) {}

    /** One bundle that declares a PID. */
    private record Declarer(
            Bundle bundle,
            @Nullable String settings,
            @Nullable Schema schema) {}

    Declarations(BundleContext context, MetaTypeService metatype, SettingsCheck settingsCheck) {
        this.context = context;
        this.metatype = metatype;
        this.settingsCheck = settingsCheck;
    }

    /** Returns the PID, or factory PID, that a configuration of this PID is declared under. */
    static String declared(String pid) {
        var tilde = pid.indexOf('~');
        return tilde < 0 ? pid : pid.substring(0, tilde);
    }

    /** Tells whether an installed bundle, resolved or not, says that it has settings under a PID. */
    boolean isAnnounced(String declared) {
        return Stream.of(context.getBundles())
                .anyMatch(bundle -> capabilities(bundle).containsKey(declared));
    }

    /** Returns the PIDs that a bundle declares. */
    Set<String> of(Bundle bundle) {
        var pids = new TreeSet<>(capabilities(bundle).keySet());
        var information = information(bundle);
        if (information != null) {
            for (var some : new String[][] {information.getPids(), information.getFactoryPids()}) {
                if (some != null) {
                    pids.addAll(List.of(some));
                }
            }
        }
        return pids;
    }

    /** Returns all PIDs that resolved bundles declare. */
    Set<String> all() {
        var pids = new TreeSet<String>();
        for (var bundle : context.getBundles()) {
            if (isThere(bundle)) {
                pids.addAll(of(bundle));
            }
        }
        return pids;
    }

    /** Tells whether some version that runs declares a PID, beside one bundle. */
    boolean isServedBeside(String declared, Bundle except) {
        return declarers(declared, null).stream()
                .anyMatch(declarer -> !declarer.bundle.equals(except) && (declarer.bundle.getState() & RUNNING) != 0);
    }

    /** Returns the bundle that alone has a say about a PID; null where there are several, or none. */
    @Nullable Bundle only(String pid, @Nullable Bundle also) {
        var declarers = declarers(declared(pid), also);
        return declarers.size() == 1 ? declarers.getFirst().bundle : null;
    }

    /** Tells whether no other version of a bundle is installed, which could have a say too. */
    boolean isOnlyVersion(Bundle bundle) {
        return Stream.of(context.getBundles())
                .allMatch(other ->
                        other.equals(bundle) || !Objects.equals(other.getSymbolicName(), bundle.getSymbolicName()));
    }

    /** Returns the keys of a PID with what is known of them. */
    @Nullable Keys keys(String pid) {
        var schemas = schemas(declarers(declared(pid), null));
        return schemas.isEmpty() ? null : new Keys(schemas);
    }

    /** The keys that the versions of a bundle know, taken together. */
    static final class Keys {

        private final List<Schema> schemas;

        private Keys(List<Schema> schemas) {
            this.schemas = schemas;
        }

        Set<String> all() {
            var all = new TreeSet<String>();
            schemas.forEach(schema -> all.addAll(schema.keys()));
            return all;
        }

        boolean isSecret(String key) {
            return schemas.stream().anyMatch(schema -> schema.isSecret(key));
        }

        /** Tells whether a value is what each version has without it. */
        boolean isDefault(String key, Value value) {
            return all().contains(key)
                    && schemas.stream()
                            .filter(schema -> schema.knows(key))
                            .allMatch(schema -> schema.isDefault(key, value));
        }
    }

    /**
     * Checks a configuration.
     *
     * @param inForce the one that it would replace, or null
     * @param also a bundle that is about to run and has a say too, or null
     */
    Verdict check(String pid, CfgFile file, @Nullable CfgFile inForce, @Nullable Bundle also) {
        var declarers = declarers(declared(pid), also);
        if (declarers.isEmpty()) {
            return new Verdict.Undeclared();
        }
        var schemas = schemas(declarers);
        // Metatype of the platform leaves out keys that its components read.
        var isOwn = pid.startsWith(Gate.OURS) || declarers.getFirst().settings != null;
        var problems = new ArrayList<Problem>();
        var values = new TreeMap<String, Object>();
        file.values().forEach((key, value) -> {
            try {
                values.put(key, typed(schemas, key, value, isOwn));
            } catch (IllegalArgumentException e) {
                problems.add(new Problem(file.line(key), key, String.valueOf(e.getMessage())));
            }
        });
        for (var declarer : declarers) {
            if (declarer.settings != null && declarer.schema != null) {
                var indispensable = settingsCheck.required(declarer.bundle, declarer.settings);
                for (var key : declarer.schema.required()) {
                    if (indispensable.contains(key) && !file.values().containsKey(key)) {
                        problems.add(new Problem(0, key, "is missing and has no default"));
                    }
                }
            }
        }
        if (problems.isEmpty()) {
            var before = inForce == null ? null : known(schemas, inForce, isOwn);
            for (var declarer : declarers) {
                if (declarer.settings != null) {
                    settingsCheck
                            .objection(declarer.bundle, declarer.settings, values, before)
                            .map(problem -> SettingsCheck.at(problem, file))
                            .ifPresent(problems::add);
                }
            }
        }
        return problems.isEmpty()
                ? new Verdict.Good(values)
                : new Verdict.Bad(problems.stream().distinct().toList());
    }

    /** Returns the values of settings that were good once; what is no longer known or of the wrong type is left out. */
    private static Map<String, Object> known(List<Schema> schemas, CfgFile file, boolean isOwn) {
        var values = new TreeMap<String, Object>();
        file.values().forEach((key, value) -> {
            try {
                values.put(key, typed(schemas, key, value, isOwn));
            } catch (IllegalArgumentException e) {
                log.debug("{} was good once: {}", key, e.getMessage());
            }
        });
        return values;
    }

    private static Object typed(List<Schema> schemas, String key, Value value, boolean isOwn) {
        Object typed = null;
        for (var schema : schemas) {
            if (schema.knows(key)) {
                var here = schema.typed(key, value);
                typed = typed == null ? here : typed;
            }
        }
        if (typed != null) {
            return typed;
        }
        if (schemas.isEmpty() || !isOwn) {
            return untyped(value);
        }
        var known = new Keys(schemas).all();
        var near = Schema.nearest(key.toLowerCase(Locale.ROOT), known);
        throw new IllegalArgumentException(
                near == null
                        ? "no such setting; there are " + String.join(", ", known)
                        : "no such setting; did you mean " + near + "?");
    }

    /** Returns a value for a component whose types nobody told. */
    static Object untyped(Value value) {
        return value.isList()
                ? value.items().toArray(new String[0])
                : value.items().getFirst();
    }

    /** Returns all values for a component whose types nobody told. */
    static Map<String, Object> untyped(CfgFile file) {
        var values = new TreeMap<String, Object>();
        file.values().forEach((key, value) -> values.put(key, untyped(value)));
        return values;
    }

    private static List<Schema> schemas(List<Declarer> declarers) {
        return declarers.stream()
                .flatMap(declarer -> Stream.ofNullable(declarer.schema))
                .toList();
    }

    /** Returns those who have a say about a PID, the highest version first. */
    private List<Declarer> declarers(String declared, @Nullable Bundle also) {
        var there = Stream.of(context.getBundles())
                .filter(bundle -> isThere(bundle) || bundle.equals(also))
                .sorted(Comparator.comparing(Bundle::getVersion).reversed())
                .toList();
        var found = new ArrayList<Declarer>();
        for (var bundle : there) {
            var settings = capabilities(bundle).get(declared);
            if (settings != null) {
                found.add(new Declarer(bundle, settings, schema(bundle, declared)));
            }
        }
        if (found.isEmpty()) {
            for (var bundle : there) {
                var schema = schema(bundle, declared);
                if (schema != null) {
                    found.add(new Declarer(bundle, null, schema));
                }
            }
        }
        var running = found.stream()
                .filter(declarer -> (declarer.bundle.getState() & RUNNING) != 0 || declarer.bundle.equals(also))
                .toList();
        return running.isEmpty() ? found.stream().limit(1).toList() : running;
    }

    private @Nullable MetaTypeInformation information(Bundle bundle) {
        var known = documents.get(bundle);
        // One that leaves has another time, and the same documents, which may be gone before they are read again.
        if (known != null && (known.lastModified == bundle.getLastModified() || !isThere(bundle))) {
            return known.information;
        }
        if (bundle.getState() == Bundle.UNINSTALLED) {
            return null;
        }
        long lastModified = bundle.getLastModified();
        var information = metatype.getMetaTypeInformation(bundle);
        // Where there are none, services tell, and may say something else the next time.
        if (information != null
                && isThere(bundle)
                && bundle.getEntryPaths(MetaTypeService.METATYPE_DOCUMENTS_LOCATION) != null) {
            documents.put(bundle, new Documents(lastModified, information));
            forget(bundle); // it may have gone meanwhile, and nobody would say so again
        }
        return information;
    }

    /** Lets go what is kept of a bundle, if it has gone. One that stops is there, and asked for, until it is taken out. */
    void forget(Bundle bundle) {
        if (!isThere(bundle)) {
            documents.remove(bundle);
        }
    }

    private static boolean isThere(Bundle bundle) {
        return (bundle.getState() & THERE) != 0;
    }

    private @Nullable Schema schema(Bundle bundle, String declared) {
        var information = information(bundle);
        if (information == null) {
            return null;
        }
        var names = new ArrayList<String>();
        for (var some : new String[][] {information.getPids(), information.getFactoryPids()}) {
            if (some != null) {
                names.addAll(List.of(some));
            }
        }
        if (!names.contains(declared)) {
            return null;
        }
        ObjectClassDefinition definition = information.getObjectClassDefinition(declared, null);
        return definition == null ? null : new Schema(definition);
    }

    /** Returns the settings class by PID, as the bundle's manifest has it. */
    private static Map<String, String> capabilities(Bundle bundle) {
        var found = new LinkedHashMap<String, String>();
        var revision = bundle.adapt(BundleRevision.class);
        if (revision != null) {
            for (var capability : revision.getDeclaredCapabilities(SettingsFor.NAMESPACE)) {
                if (capability.getAttributes().get("pid") instanceof String pid
                        && capability.getAttributes().get("settings") instanceof String settings) {
                    found.put(pid, settings);
                }
            }
        }
        return found;
    }
}
