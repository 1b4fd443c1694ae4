package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells how the plugins are: whether all required ones are there, and a line for each. */
@Component(service = Supplier.class, property = "tarishi.status=plugins")
public final class PluginStatus implements Supplier<Map<String, Object>> {

    private final Engine engine;

    /** Watches these hooks. */
    @Activate
    public PluginStatus(@Reference ChainHooks hooks) {
        this(hooks.engine());
    }

    PluginStatus(Engine engine) {
        this.engine = engine;
    }

    @Override
    public Map<String, Object> get() {
        var chains = engine.current();
        return Map.of(
                "ready",
                chains.absent().isEmpty() && chains.gaps().plugins().isEmpty(),
                "lines",
                lines(engine, chains));
    }

    /** Returns the plugins in order with their versions and breakers, then those that are missing or unused, with reasons. */
    static List<String> lines(Engine engine, Chains chains) {
        var lines = new ArrayList<String>();
        for (var component : chains.components()) {
            var plugin = component.plugin();
            var line = new StringBuilder()
                    .append(component.source().name())
                    .append(' ')
                    .append(plugin.version())
                    .append(" of ")
                    .append(component.source().bundle())
                    .append(" [")
                    .append(plugin.bundleId())
                    .append("], breaker ")
                    .append(plugin.breaker());
            if (plugin.breaker().total() > 0) {
                line.append(", faults ").append(plugin.breaker().total());
            }
            if (component.queue().dropped() > 0) {
                line.append(", events missed ").append(component.queue().dropped());
            }
            lines.add(line.toString());
        }
        lines.addAll(missing(engine, chains));
        return List.copyOf(lines);
    }

    /** Returns the plugins that are missing or unused, with reasons. */
    static List<String> missing(Engine engine, Chains chains) {
        var lines = new ArrayList<String>();
        chains.gaps().plugins().stream()
                .sorted()
                .forEach(id -> lines.add(id + ": is being replaced, mail waits for it"));
        chains.absent().forEach((id, reason) -> lines.add(id + ": missing: " + reason + engine.explained(id)));
        engine.unused().forEach(line -> lines.add("not in the chain: " + line));
        return List.copyOf(lines);
    }
}
