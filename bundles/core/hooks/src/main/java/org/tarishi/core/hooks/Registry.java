package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.DeliveryListener;
import org.tarishi.api.hook.ResultListener;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.api.hook.TransactionListener;
import org.tarishi.api.hook.UnknownCommandHook;
import org.tarishi.api.hook.VerbHandler;
import org.tarishi.api.log.LogListener;
import org.tarishi.core.spi.PluginSwitch;
import org.tarishi.core.spi.PluginTrial;
import org.tarishi.core.spi.TrialReport;

/**
 * Knows which components are there, and makes the chains of them. Not thread-safe: the {@link Engine} has the lock.
 *
 * <p>One plugin is all components of one bundle with one id. It is usable when all that its bundle is to have are there and none of them
 * is wrong; it comes and goes as a whole.
 */
final class Registry {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    /** While the drain lasts, nobody knows when the wait ends. */
    static final long NOT_YET = Long.MAX_VALUE;

    /** A service with the mark of a plugin: a component, or what is wrong with it. */
    private record Tracked(
            Source source,
            @Nullable HookComponent component,
            @Nullable String problem) {}

    private record Key(String id, long bundleId) {

        // Written out: the two that the compiler would add are linked at the first use, which takes a start longer than
        // all their calls.

        @Override
        public boolean equals(Object other) {
            return other instanceof Key(var otherId, var otherBundle) && bundleId == otherBundle && id.equals(otherId);
        }

        @Override
        public int hashCode() {
            return 31 * id.hashCode() + Long.hashCode(bundleId);
        }
    }

    /** A plugin that was withdrawn in place and is waited for. */
    private static final class Gap {
        private final Set<Moment> moments;
        private final Set<String> verbs;
        private long until = NOT_YET;

        Gap(Set<Moment> moments, Set<String> verbs) {
            this.moments = moments;
            this.verbs = verbs;
        }
    }

    /** One bundle's version of a plugin. */
    private static final class Version {
        private final Key key;
        private final List<Tracked> all = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();

        Version(Key key) {
            this.key = key;
        }

        boolean isUsable() {
            return problems.isEmpty();
        }

        String reason() {
            return String.join("; ", problems);
        }

        Source first() {
            return all.getFirst().source();
        }
    }

    private final Engine engine;
    private final LongPredicate isInstalled;
    private final Map<Long, Tracked> tracked = new TreeMap<>();
    private final Map<Key, Plugin> plugins = new HashMap<>();
    private final Map<Key, Set<String>> expected = new HashMap<>();
    private final Map<String, Long> inForce = new HashMap<>();
    private final Map<String, Gap> gaps = new HashMap<>();
    private final Set<String> toldNames = new HashSet<>();
    private final Set<Long> leaving = new HashSet<>();
    private final Set<Long> keptOut = new HashSet<>();
    private Set<Key> chosen = Set.of();
    private @Nullable Tryout tryout;
    private boolean isTried;

    /**
     * Makes an empty one.
     *
     * @param isInstalled tells whether there is a bundle with an id, started or not
     */
    Registry(Engine engine, LongPredicate isInstalled) {
        this.engine = engine;
        this.isInstalled = isInstalled;
    }

    /** Takes in a component that was obtained. */
    HookComponent add(Source source, Object instance) {
        leaving.remove(source.bundleId());
        var plugin = plugins.computeIfAbsent(key(source), key -> new Plugin(source, engine::settings));
        var component = engine.component(source, instance, plugin);
        tracked.put(source.serviceId(), new Tracked(source, component, null));
        return component;
    }

    /** Takes note of a service that is no component, and says why. */
    void addProblem(Source source, String problem) {
        tracked.put(source.serviceId(), new Tracked(source, null, problem));
    }

    /** Takes note of the components that a plugin of a bundle is to have, by the names of Declarative Services. */
    void expect(long bundleId, Map<String, Set<String>> componentsByPlugin) {
        componentsByPlugin.forEach((id, names) -> expected.put(new Key(id, bundleId), Set.copyOf(names)));
    }

    /**
     * Takes a service out.
     *
     * @param isReplaced whether it is to come back: another version is being put in its place
     * @param isLeaving whether its bundle is being stopped, so that all else of it goes too
     * @return the component, null when there was none
     */
    @Nullable HookComponent remove(long serviceId, boolean isReplaced, boolean isLeaving) {
        var gone = tracked.remove(serviceId);
        if (gone == null) {
            return null;
        }
        if (isLeaving) {
            leaving.add(gone.source().bundleId());
        }
        var key = key(gone.source());
        boolean mattered = chosen.contains(key);
        if (mattered && !gaps.containsKey(key.id()) && (isReplaced || isRequired(key.id()))) {
            gaps.put(key.id(), gapOf(key));
        }
        if (of(key).isEmpty()) {
            plugins.remove(key);
            expected.remove(key);
        }
        if (tracked.values().stream().noneMatch(one -> one.source().bundleId() == key.bundleId())) {
            leaving.remove(key.bundleId());
            if (isLeaving) {
                keptOut.remove(key.bundleId());
            }
        }
        return gone.component();
    }

    /** Says that a withdrawn plugin has drained: from now on its replacement is waited for so long. */
    void drained(String id, long until) {
        var gap = gaps.get(id);
        if (gap != null && gap.until == NOT_YET) {
            gap.until = until;
        }
    }

    /** Ends waits that have lasted long enough; tells whether there were any. */
    boolean expireGaps(long now) {
        return gaps.values().removeIf(gap -> gap.until != NOT_YET && now - gap.until >= 0);
    }

    void putInForce(Map<String, Long> bundleByPlugin) {
        inForce.putAll(bundleByPlugin);
        keptOut.removeAll(bundleByPlugin.values());
        var now = tryout;
        if (now != null && bundleByPlugin.values().stream().anyMatch(now::isOf)) {
            tryout = null;
        }
    }

    /** Keeps a bundle's plugins out until it is put in force, or tried. */
    void keepOut(long bundleId) {
        keptOut.add(bundleId);
    }

    void tryOut(PluginTrial trial) {
        keptOut.addAll(trial.bundleByPlugin().values());
        tryout = new Tryout(trial);
    }

    void endTrial() {
        tryout = null;
    }

    /** Returns how the trial goes. */
    Optional<TrialReport> trialReport() {
        var now = tryout;
        return now == null
                ? Optional.empty()
                : Optional.of(new TrialReport(
                        isTried, now.before().report(), now.candidate().report()));
    }

    List<Plugin> pluginsOf(long bundleId) {
        return plugins.values().stream()
                .filter(plugin -> plugin.bundleId() == bundleId)
                .toList();
    }

    List<HookComponent> componentsOf(long bundleId) {
        return tracked.values().stream()
                .filter(one -> one.source().bundleId() == bundleId)
                .map(Tracked::component)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns what a bundle holds. */
    PluginSwitch.Probe probe(long bundleId) {
        var ids = new TreeSet<String>();
        var problems = new ArrayList<String>();
        for (var version : versions()) {
            if (version.key.bundleId() == bundleId) {
                ids.add(version.key.id());
                problems.addAll(version.problems);
            }
        }
        expected.keySet().stream()
                .filter(key -> key.bundleId() == bundleId && ids.add(key.id()))
                .forEach(key -> problems.add(key.id() + ": none of its components is there"));
        return new PluginSwitch.Probe(ids, componentsOf(bundleId).size(), problems);
    }

    /** Returns one line for each plugin that is there but not in the chain, with the reason. */
    List<String> unused() {
        return unused(id -> true);
    }

    /** Returns the same of plugins with some ids. */
    List<String> unused(Predicate<String> which) {
        return versions().stream()
                .filter(version -> which.test(version.key.id()))
                .filter(version -> !chosen.contains(version.key))
                .map(version ->
                        version.first().name().id() + " " + version.first().version() + " of "
                                + version.first().bundle() + " [" + version.key.bundleId() + "]: "
                                + (version.isUsable() ? whyUnused(version.key) : version.reason()))
                .toList();
    }

    private String whyUnused(Key key) {
        var now = tryout;
        if (now != null && isTried && now.isOf(key.id(), key.bundleId())) {
            return now.isShadow() ? "on trial as a shadow" : "on trial as a canary";
        }
        return "not in force, or not listed";
    }

    /** Makes the chains of what is there, and those of a canary. */
    Chains build(ChainSettings settings) {
        var canonical = canonicalNames();
        var all = versions();
        var byId = choose(all);
        byId.forEach((id, version) -> {
            if (version.isUsable()) {
                gaps.remove(id);
            }
        });
        var now = tryout;
        var candidates = now == null ? Map.<String, Version>of() : candidates(now, all);
        isTried = !candidates.isEmpty();
        var entries = settings.plugins().stream()
                .map(entry ->
                        new ChainSettings.Entry(known(entry.name(), canonical), entry.moment(), entry.isOptional()))
                .toList();
        if (now == null || !isTried) {
            return assemble(settings, entries, byId, Trials.NONE, Chains.Beside.NOTHING);
        }
        if (now.isShadow()) {
            var shadows = Trials.components(candidates.values().stream()
                    .flatMap(version -> version.all.stream())
                    .map(Tracked::component));
            return assemble(
                    settings, entries, byId, new Trials(now, shadows), new Chains.Beside(null, Set.copyOf(shadows)));
        }
        var other = new LinkedHashMap<>(byId);
        other.putAll(candidates);
        var canary = assemble(settings, entries, other, new Trials(now, List.of()), Chains.Beside.NOTHING);
        return assemble(
                settings,
                entries,
                byId,
                new Trials(now, List.of()),
                new Chains.Beside(new Chains.Canary(now, canary), Set.of()));
    }

    /** Returns the versions on trial; none unless all of them are whole. */
    private static Map<String, Version> candidates(Tryout tryout, List<Version> all) {
        var candidates = new LinkedHashMap<String, Version>();
        for (var version : all) {
            if (tryout.isOf(version.key.id(), version.key.bundleId()) && version.isUsable()) {
                candidates.put(version.key.id(), version);
            }
        }
        return candidates.keySet().equals(tryout.trial().bundleByPlugin().keySet()) ? candidates : Map.of();
    }

    /** Puts chains together; those that are assembled last are the ones in force. */
    private Chains assemble(
            ChainSettings settings,
            List<ChainSettings.Entry> entries,
            Map<String, Version> byId,
            Trials trials,
            Chains.Beside beside) {
        var placement = new Placement(settings, entries, components(byId));
        var byMoment = new EnumMap<Moment, List<Link>>(Moment.class);
        var verbs = new LinkedHashMap<String, Link>();
        for (var moment : Moment.values()) {
            var chain = new ArrayList<Link>();
            for (var component : placement.at(moment)) {
                var link = link(settings, component, moment, trials);
                var verb = component.source().verb();
                if (moment != Moment.UNRECOGNIZED_COMMAND || component.has(UnknownCommandHook.class)) {
                    chain.add(link);
                }
                if (moment == Moment.UNRECOGNIZED_COMMAND && verb != null && component.has(VerbHandler.class)) {
                    verbs.putIfAbsent(verb, link);
                }
            }
            byMoment.put(moment, chain);
        }
        var components = placement.all();
        var inline = new HashSet<HookComponent>();
        for (var component : components) {
            if (component.source().isNonBlocking() && settings.trusts(names(component.source()))) {
                inline.add(component);
            }
        }
        var used = new HashSet<Key>();
        components.forEach(component -> used.add(key(component.source())));
        chosen = used;
        return new Chains(
                engine,
                byMoment,
                verbs,
                new Chains.Listeners(
                        listeners(settings, trials.and(components), SessionListener.class),
                        listeners(settings, trials.and(components), TransactionListener.class),
                        listeners(settings, components, ResultListener.class),
                        listeners(settings, components, DeliveryListener.class),
                        listeners(settings, components, LogListener.class)),
                gaps(),
                absent(entries, byId),
                components,
                inline,
                beside);
    }

    private List<Link> listeners(ChainSettings settings, Collection<HookComponent> components, Class<?> type) {
        return components.stream()
                .filter(component -> component.has(type))
                .map(component -> link(settings, component, null, Trials.NONE))
                .toList();
    }

    private static Link link(ChainSettings settings, HookComponent component, @Nullable Moment moment, Trials trials) {
        var names = names(component.source());
        var shadow = moment == null ? null : trials.shadowOf(component, moment);
        return new Link(
                component,
                moment,
                component.source().name().toString(),
                settings.limitNanos(names, moment == null ? Moment.CONNECT : moment),
                settings.onFaultOf(names),
                moment == null ? null : trials.gaugeOf(component),
                shadow == null ? null : link(settings, shadow, moment, trials));
    }

    /** Returns the names that settings may call a component by. */
    static List<String> names(Source source) {
        var names = new ArrayList<String>();
        names.add(source.name().toString());
        names.add(source.name().id());
        names.addAll(source.formerly());
        return names;
    }

    /** Returns why required plugins are absent; those that are being replaced are waited for and not absent yet. */
    private Map<String, String> absent(List<ChainSettings.Entry> entries, Map<String, Version> byId) {
        var absent = new LinkedHashMap<String, String>();
        for (var entry : entries) {
            var id = entry.name();
            if (entry.isOptional() || gaps.containsKey(id)) {
                continue;
            }
            var version = byId.get(id);
            if (version == null) {
                var named = inForce.get(id);
                absent.put(
                        id,
                        named != null && isInstalled.test(named)
                                ? "bundle " + named + ", which is in force for it, does not offer it"
                                : missing(id));
            } else if (!version.isUsable()) {
                absent.put(id, version.reason());
            }
        }
        return absent;
    }

    private String missing(String id) {
        return expected.keySet().stream().anyMatch(key -> key.id().equals(id))
                ? "none of its components is there"
                : "not installed, or not started";
    }

    private Chains.Gaps gaps() {
        if (gaps.isEmpty()) {
            return Chains.Gaps.NONE;
        }
        var moments = EnumSet.noneOf(Moment.class);
        var verbs = new HashSet<String>();
        gaps.values().forEach(gap -> {
            moments.addAll(gap.moments);
            verbs.addAll(gap.verbs);
        });
        return new Chains.Gaps(Set.copyOf(gaps.keySet()), moments, verbs);
    }

    private Gap gapOf(Key key) {
        var moments = EnumSet.noneOf(Moment.class);
        var verbs = new HashSet<String>();
        for (var component : engine.current().components()) {
            if (key(component.source()).equals(key)) {
                for (var kind : component.source().kinds()) {
                    if (kind.type() != VerbHandler.class) {
                        moments.addAll(kind.moments());
                    }
                }
                var verb = component.source().verb();
                if (verb != null) {
                    verbs.add(verb);
                }
            }
        }
        return new Gap(moments, verbs);
    }

    private boolean isRequired(String id) {
        var canonical = canonicalNames();
        return engine.settings().plugins().stream()
                .anyMatch(entry -> !entry.isOptional()
                        && canonical.getOrDefault(entry.name(), entry.name()).equals(id));
    }

    /** Returns for each name of the past the plugin's id. */
    private Map<String, String> canonicalNames() {
        var names = new HashMap<String, String>();
        for (var one : tracked.values()) {
            for (var name : one.source().formerly()) {
                names.putIfAbsent(name, one.source().name().id());
            }
        }
        tracked.values().forEach(one -> names.remove(one.source().name().id()));
        remembered.forEach(names::putIfAbsent);
        remembered.putAll(names);
        return names;
    }

    /** Names of the past stay known while their plugin is away. */
    private final Map<String, String> remembered = new HashMap<>();

    private String known(String name, Map<String, String> canonical) {
        var id = canonical.get(name);
        if (id == null) {
            return name;
        }
        if (toldNames.add(name)) {
            LOG.info("plugins: {} is called {} here; both names will do", name, id);
        }
        return id;
    }

    private List<Version> versions() {
        var versions = new LinkedHashMap<Key, Version>();
        for (var one : tracked.values()) {
            versions.computeIfAbsent(key(one.source()), Version::new).all.add(one);
        }
        versions.forEach((key, version) -> {
            var there = new HashSet<String>();
            for (var one : version.all) {
                var name = one.source().component();
                if (one.component() != null && name != null) {
                    there.add(name);
                }
                if (one.problem() != null) {
                    version.problems.add(one.source().name() + ": " + one.problem());
                }
            }
            if (leaving.contains(key.bundleId())) {
                version.problems.add(key.id() + ": its bundle is being stopped");
            }
            var wanted = new TreeSet<>(expected.getOrDefault(key, Set.of()));
            wanted.removeAll(there);
            if (!wanted.isEmpty() && version.problems.isEmpty()) {
                version.problems.add(
                        key.id() + ": these of its components are not there: " + String.join(", ", wanted));
            }
            var plugin = plugins.get(key);
            if (plugin != null && plugin.breaker().isOpenForGood()) {
                version.problems.add(key.id() + ": a call is stuck in it; replace it, or restart");
            }
        });
        return List.copyOf(versions.values());
    }

    /** Returns the version that stands for each plugin. */
    private Map<String, Version> choose(List<Version> all) {
        var byId = new TreeMap<String, List<Version>>();
        all.stream()
                .filter(version -> !keptOut.contains(version.key.bundleId()))
                .forEach(version -> byId.computeIfAbsent(version.key.id(), id -> new ArrayList<>())
                        .add(version));
        var best = new LinkedHashMap<String, Version>();
        byId.forEach((id, candidates) -> {
            var named = inForce.get(id);
            var said = candidates.stream()
                    .filter(version -> named != null && version.key.bundleId() == named)
                    .findFirst();
            if (said.isPresent()) {
                best.put(id, said.get());
            } else if (named == null || !isInstalled.test(named)) {
                candidates.stream()
                        .max(Comparator.comparing(Version::isUsable)
                                .thenComparing(version -> version.first().version())
                                .thenComparing(Comparator.comparingLong((Version version) -> version.key.bundleId())
                                        .reversed()))
                        .ifPresent(version -> best.put(id, version));
            }
        });
        return best;
    }

    /** Returns the components of the versions that are whole. */
    private static Map<String, List<HookComponent>> components(Map<String, Version> byId) {
        var components = new HashMap<String, List<HookComponent>>();
        byId.forEach((id, version) -> {
            if (version.isUsable()) {
                components.put(id, Trials.components(version.all.stream().map(Tracked::component)));
            }
        });
        return components;
    }

    private List<HookComponent> of(Key key) {
        return tracked.values().stream()
                .filter(one -> key(one.source()).equals(key))
                .map(Tracked::component)
                .filter(Objects::nonNull)
                .toList();
    }

    private static Key key(Source source) {
        return new Key(source.name().id(), source.bundleId());
    }
}
