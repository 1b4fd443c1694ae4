package org.tarishi.core.hooks;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tarishi.api.Moment;
import org.tarishi.api.service.SaslMechanism;

/** Puts components in order: those that are listed as they are, then the others by ranking and service id. */
final class Placement {

    private static final Comparator<HookComponent> BY_RANK = Comparator.<HookComponent>comparingInt(
                    one -> -one.source().ranking())
            .thenComparingLong(one -> one.source().serviceId());

    private final ChainSettings settings;
    private final List<ChainSettings.Entry> entries;
    private final Map<String, List<HookComponent>> byId = new HashMap<>();

    /**
     * Takes what is to be placed.
     *
     * @param entries the list, by ids
     * @param byId the components of each plugin, in no order
     */
    Placement(ChainSettings settings, List<ChainSettings.Entry> entries, Map<String, List<HookComponent>> byId) {
        this.settings = settings;
        this.entries = entries;
        byId.forEach((id, components) ->
                this.byId.put(id, components.stream().sorted(BY_RANK).toList()));
    }

    /** Returns those that are asked at a moment, in order. */
    List<HookComponent> at(Moment moment) {
        var order = new LinkedHashSet<HookComponent>();
        for (var entry : entries) {
            boolean here = entry.moment() == moment || (entry.moment() == null && !isAlone(entry.name(), moment));
            if (here) {
                order.addAll(byId.getOrDefault(entry.name(), List.of()));
            }
        }
        order.addAll(rest(id -> entries.stream()
                .noneMatch(entry -> entry.name().equals(id) && (entry.moment() == null || entry.moment() == moment))));
        return order.stream()
                .filter(component -> component.source().kinds().stream()
                        .anyMatch(kind -> kind.moments().contains(moment)))
                .toList();
    }

    /** Returns all that may be called or told anything, in order. */
    Set<HookComponent> all() {
        var order = new LinkedHashSet<HookComponent>();
        entries.forEach(entry -> order.addAll(byId.getOrDefault(entry.name(), List.of())));
        order.addAll(rest(id -> true));
        return order;
    }

    private boolean isAlone(String id, Moment moment) {
        return entries.stream().anyMatch(entry -> entry.name().equals(id) && entry.moment() == moment);
    }

    /** Where only what is listed runs, mechanisms do all the same: which of them are offered is the server's setting. */
    private List<HookComponent> rest(Predicate<String> which) {
        return byId.entrySet().stream()
                .filter(one -> which.test(one.getKey()))
                .flatMap(one -> one.getValue().stream())
                .filter(one -> !settings.strict() || one.has(SaslMechanism.class))
                .sorted(BY_RANK)
                .toList();
    }
}
