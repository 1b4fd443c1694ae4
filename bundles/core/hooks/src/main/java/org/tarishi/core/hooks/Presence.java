package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import org.tarishi.api.Moment;

/** Says what becomes of one plugin now, for whoever asks why. */
final class Presence {

    private final Engine engine;

    Presence(Engine engine) {
        this.engine = engine;
    }

    /** Returns, in a line each, where a plugin is asked and how its breaker stands, or what keeps it out of the chains. */
    List<String> of(String id) {
        var chains = engine.current();
        var lines = new ArrayList<String>();
        Plugin plugin = null;
        for (var component : chains.components()) {
            if (component.plugin().id().equals(id)) {
                plugin = component.plugin();
                lines.add(component.source().name() + " " + plugin.version() + " " + askedAt(chains, component));
            }
        }
        if (plugin != null) {
            lines.add(breaker(plugin.breaker()));
        }
        if (chains.gaps().plugins().contains(id)) {
            lines.add("it is being replaced, mail waits for it");
        }
        var absent = chains.absent().get(id);
        if (absent != null) {
            lines.add("it is required and missing, mail is refused for now: " + absent + engine.explained(id));
        }
        for (var line : engine.unused(id)) {
            lines.add("not in the chain: " + line);
        }
        if (lines.isEmpty()) {
            var known = engine.explained(id);
            if (!known.isEmpty()) {
                lines.add("not in the chain:" + known);
            }
        }
        if (plugin == null && engine.settings().strict() && !isListed(id)) {
            lines.add("strict of " + ChainConfig.PID + " leaves out what is not listed in plugins");
        }
        return List.copyOf(lines);
    }

    private static String askedAt(Chains chains, HookComponent component) {
        var moments = new ArrayList<String>();
        for (var moment : Moment.values()) {
            for (var link : chains.links(moment)) {
                if (link.component() == component) {
                    moments.add(moment.key());
                }
            }
        }
        chains.verbs().forEach((verb, link) -> {
            if (link.component() == component) {
                moments.add("the verb " + verb);
            }
        });
        if (!moments.isEmpty()) {
            return "is asked at " + String.join(", ", moments);
        }
        return isListener(chains, component) ? "only listens" : "is in force, and the list asks it at no moment";
    }

    private static boolean isListener(Chains chains, HookComponent component) {
        var all = chains.listeners();
        return List.of(all.session(), all.transaction(), all.result(), all.delivery(), all.log()).stream()
                .flatMap(List::stream)
                .anyMatch(link -> link.component() == component);
    }

    private static String breaker(Breaker breaker) {
        var faults = breaker.total() == 0 ? "no faults" : "faults " + breaker.total();
        return breaker.toString().equals("closed")
                ? "its breaker is closed, " + faults
                : "its breaker is " + breaker + " after too many faults, it is not called; " + faults;
    }

    private boolean isListed(String id) {
        return engine.settings().plugins().stream()
                .anyMatch(entry -> entry.name().equals(id));
    }
}
