package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginAdministration;
import org.tarishi.core.spi.PluginRefusedException;

/** The command line's {@code plugin}. Returns 0 when it was done, 1 when it was refused, 2 when the command line is wrong. Any thread. */
final class PluginCommand implements BiFunction<List<String>, Appendable, Integer>, PluginAdministration {

    static final String HELP =
            "install FILE | update FILE | rollback NAME [VERSION] | remove NAME | canary FILE|report|promote|drop"
                    + " | shadow FILE|report|promote|drop | list | history [NAME] | why NAME | help: plugins, replaced"
                    + " while mail flows";

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int BAD_USAGE = 2;
    private static final String DRY_RUN = "--dry-run";
    private static final String DOWNGRADE = "--allow-downgrade";
    private static final String YES = "--yes";
    private static final String SETTINGS = "--settings";
    private static final String PURGE = "--purge";
    private static final String PERCENT = "--percent";
    private static final String CLIENT = "--client";

    /** What may follow a verb. */
    private record Verb(int least, int most, Set<String> options, String usage, String help) {}

    private static final Map<String, Verb> VERBS = verbs();

    private static Map<String, Verb> verbs() {
        var verbs = new LinkedHashMap<String, Verb>();
        verbs.put(
                "install",
                new Verb(
                        1,
                        1,
                        Set.of(DRY_RUN, DOWNGRADE, YES),
                        "install FILE [--dry-run] [--allow-downgrade] [--yes]",
                        "installs a plugin, or puts it in the place of another version of it, from the next"
                                + " transaction on. Says before what it does; --dry-run does no more than that."));
        verbs.put(
                "update",
                new Verb(
                        1,
                        1,
                        Set.of(DRY_RUN, DOWNGRADE, YES),
                        "update FILE [--dry-run] [--allow-downgrade] [--yes]",
                        "like install, and refuses what is not here yet. Parts of the server are replaced likewise:"
                                + " hooks, server, client, dns, delivery, admin beside what runs, queue and scheduler"
                                + " while mail for other hosts waits; and the API, which ends all sessions, and"
                                + " wants --yes for that."));
        verbs.put(
                "rollback",
                new Verb(
                        1,
                        2,
                        Set.of(DRY_RUN, SETTINGS),
                        "rollback NAME [VERSION] [--settings] [--dry-run]",
                        "goes back to the version that was in force before, or to a kept one by its version or the"
                                + " beginning of its hash, from the next transaction on. Says which settings were others"
                                + " then; --settings puts those back too."));
        verbs.put(
                "remove",
                new Verb(
                        1,
                        1,
                        Set.of(DRY_RUN, PURGE),
                        "remove NAME [--purge] [--dry-run]",
                        "takes out what was installed; a version that is shipped comes back. The version stays to be"
                                + " gone back to, unless --purge forgets all of them."));
        verbs.put(
                "canary",
                new Verb(
                        1,
                        1,
                        Set.of(DRY_RUN, PERCENT, CLIENT),
                        "canary FILE --percent N | --client CIDR[,CIDR] [--dry-run], canary report, canary promote|drop"
                                + " [--dry-run]",
                        "tries a version beside the one in force: some sessions have it, whole ones, each always the"
                                + " same; by N of 100, or by the client's address. report shows both side by side;"
                                + " promote puts it in force for all, drop ends the trial. It is dropped by itself"
                                + " where it faults more than twice as often."));
        verbs.put(
                "shadow",
                new Verb(
                        1,
                        1,
                        Set.of(DRY_RUN),
                        "shadow FILE [--dry-run], shadow report, shadow promote|drop [--dry-run]",
                        "tries a version that promises by @ShadowSafe to have no effect but its answers: it sees every"
                                + " session and decides nothing. The rest as for canary."));
        verbs.put(
                "list",
                new Verb(
                        0, 0, Set.of(), "list", "shows the plugins that run, their versions, and those kept of each."));
        verbs.put(
                "history",
                new Verb(0, 1, Set.of(), "history [NAME]", "shows what was done with all plugins, or with one."));
        verbs.put(
                "why",
                new Verb(
                        1,
                        1,
                        Set.of(),
                        "why NAME",
                        "tells why this version of a plugin is in force, or why it does not run."));
        verbs.put("help", new Verb(0, 1, Set.of(), "help [VERB]", "says what each of these does."));
        return verbs;
    }

    private final BundleContext context;
    private final Installer installer;
    private final ComponentCheck components;
    private final PluginStore store;
    private final KeptVersions kept;
    private final History history;
    private final Why why;
    private final Listing listing;

    PluginCommand(
            BundleContext context,
            Installer installer,
            ComponentCheck components,
            PluginStore store,
            KeptVersions kept,
            History history,
            Why why) {
        this.context = context;
        this.installer = installer;
        this.components = components;
        this.store = store;
        this.kept = kept;
        this.history = history;
        this.why = why;
        this.listing = new Listing(context, components, store, kept, installer.trials());
    }

    /** Carries out a command; the first argument is the caller's folder. */
    @Override
    public Integer apply(List<String> arguments, Appendable out) {
        try {
            return run("command", arguments, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Outcome carryOut(String door, List<String> words) {
        var arguments = new ArrayList<String>();
        arguments.add("/");
        arguments.addAll(words);
        var out = new StringBuilder();
        try {
            int code = run(door, arguments, out);
            return new Outcome(
                    code == DONE ? Result.DONE : code == REFUSED ? Result.REFUSED : Result.BAD_USAGE,
                    out.toString().lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Version> versions() {
        return listing.versions();
    }

    @Override
    public List<Event> events() {
        return history.all().stream()
                .map(event -> new Event(
                        event.when(),
                        event.door(),
                        event.symbolicName(),
                        event.kind().name().toLowerCase(Locale.ROOT),
                        event.text()))
                .toList();
    }

    private int run(String door, List<String> arguments, Appendable out) throws IOException {
        var folder = arguments.isEmpty() ? "" : arguments.getFirst();
        var words = new ArrayList<>(arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size()));
        var name = words.isEmpty() ? "" : words.removeFirst();
        var verb = VERBS.get(name);
        if (verb == null) {
            out.append("usage: plugin ").append(HELP).append('\n');
            return BAD_USAGE;
        }
        var values = new HashMap<String, String>();
        takeValue(words, PERCENT, values);
        takeValue(words, CLIENT, values);
        var options = new HashSet<>(values.keySet());
        words.removeIf(word -> word.startsWith("--") && options.add(word));
        if (words.size() < verb.least()
                || words.size() > verb.most()
                || !verb.options().containsAll(options)
                || (options.contains(PERCENT) && !values.containsKey(PERCENT))
                || (options.contains(CLIENT) && !values.containsKey(CLIENT))) {
            out.append("usage: plugin ").append(verb.usage()).append('\n');
            return BAD_USAGE;
        }
        var plans = new ArrayList<Plan>();
        try {
            return run(door, name, folder, words, options, values, plans, out);
        } catch (PluginRefusedException e) {
            // a plan that can't be done has told the reason
            if (!isHopeless(plans)) {
                append(out, String.valueOf(e.getMessage()));
            }
            return REFUSED;
        }
    }

    private static boolean isHopeless(List<Plan> plans) {
        return plans.stream().anyMatch(plan -> !plan.needs().isEmpty());
    }

    private int run(
            String door,
            String verb,
            String folder,
            List<String> words,
            Set<String> options,
            Map<String, String> values,
            List<Plan> plans,
            Appendable out)
            throws PluginRefusedException, IOException {
        boolean isDryRun = options.contains(DRY_RUN);
        var order = new Order(
                door, verb.equals("update"), options.contains(DOWNGRADE), isDryRun, options.contains(YES), plan -> {
                    plans.add(plan);
                    append(out, plan.toString());
                });
        switch (verb) {
            case "install", "update" ->
                tell(
                        out,
                        installer.install(
                                Path.of(folder).resolve(words.getFirst()).toAbsolutePath(), order));
            case "rollback" ->
                tell(
                        out,
                        installer.rollBack(
                                symbolicName(words.getFirst()),
                                words.size() == 2 ? words.get(1) : null,
                                options.contains(SETTINGS),
                                order));
            case "remove" ->
                tell(out, installer.remove(symbolicName(words.getFirst()), options.contains(PURGE), order));
            case "canary", "shadow" -> trial(verb, folder, words.getFirst(), values, order, out);
            case "list" -> listing.lines().forEach(line -> append(out, line));
            case "history" -> history(words.isEmpty() ? "" : symbolicName(words.getFirst()), out);
            case "why" -> why(words.getFirst(), out);
            default -> {
                return help(words, out);
            }
        }
        // A plan that can't be carried out is no success of a dry run.
        return isDryRun && isHopeless(plans) ? REFUSED : DONE;
    }

    /** Takes an option with its value out of the words; one without a value stays, and is none of the options. */
    private static void takeValue(List<String> words, String option, Map<String, String> values) {
        int at = words.indexOf(option);
        if (at >= 0 && at + 1 < words.size()) {
            words.remove(at);
            values.put(option, words.remove(at));
        }
    }

    private void trial(String verb, String folder, String word, Map<String, String> values, Order order, Appendable out)
            throws PluginRefusedException {
        boolean isShadow = verb.equals("shadow");
        switch (word) {
            case "report", "promote", "drop" -> {
                var running = installer.trials().required();
                if (running.request().isShadow() != isShadow) {
                    throw new PluginRefusedException(running.shown() + " is on trial as a "
                            + running.request().word() + ": say `plugin "
                            + running.request().word() + " " + word + "`");
                }
                if (word.equals("report")) {
                    installer.trials().report().forEach(line -> append(out, line));
                } else {
                    tell(out, word.equals("drop") ? installer.drop(order) : installer.promote(order));
                }
            }
            default ->
                tell(
                        out,
                        installer.tryOut(
                                Path.of(folder).resolve(word).toAbsolutePath(),
                                isShadow
                                        ? TrialRequest.SHADOW
                                        : TrialRequest.canary(
                                                values.getOrDefault(PERCENT, ""), values.getOrDefault(CLIENT, "")),
                                order));
        }
    }

    private static void append(Appendable out, String line) {
        try {
            out.append(Text.escaped(line)).append('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void tell(Appendable out, String done) {
        if (!done.isEmpty()) {
            append(out, done);
        }
    }

    private static int help(List<String> words, Appendable out) throws IOException {
        if (!words.isEmpty() && !VERBS.containsKey(words.getFirst())) {
            out.append("usage: plugin ").append(HELP).append('\n');
            return BAD_USAGE;
        }
        VERBS.forEach((name, verb) -> {
            if (words.isEmpty() || words.contains(name)) {
                append(out, "plugin " + verb.usage());
                append(out, "    " + verb.help());
            }
        });
        return DONE;
    }

    private void history(String symbolicName, Appendable out) {
        for (var event : history.all()) {
            if (symbolicName.isEmpty() || event.symbolicName().equals(symbolicName)) {
                append(
                        out,
                        event.when() + "  " + event.door() + "  "
                                + (event.kind() == History.Kind.REFUSED ? "refused: " : "") + event.text());
            }
        }
    }

    private void why(String name, Appendable out) throws PluginRefusedException {
        var symbolicName = symbolicName(name);
        var lines = why.explain(symbolicName, symbolicName.equals(name) || name.indexOf('.') >= 0 ? "" : name);
        lines.forEach(line -> append(out, line));
    }

    /** Returns the bundle that is meant by its own name, or by the id of a plugin in it. */
    private String symbolicName(String name) {
        for (var bundle : context.getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                return name;
            }
        }
        if (store.get(name).isPresent() || kept.names().contains(name)) {
            return name;
        }
        for (var entry : store.all().entrySet()) {
            if (entry.getValue().plugins().contains(name)) {
                return entry.getKey();
            }
        }
        for (var bundle : context.getBundles()) {
            if (bundle.getState() == Bundle.ACTIVE && components.plugins(bundle).contains(name)) {
                return bundle.getSymbolicName();
            }
        }
        return kept.bundleOf(name).orElse(name.indexOf('.') < 0 ? Names.OURS + name : name);
    }
}
