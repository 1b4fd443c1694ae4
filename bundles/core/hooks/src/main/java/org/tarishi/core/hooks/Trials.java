package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;

/**
 * What a trial adds to chains while they are put together: gauges at both versions, shadows beside the one in force.
 *
 * @param tryout the trial; null for none
 * @param shadows the components of a shadow, in no order
 */
record Trials(@Nullable Tryout tryout, List<HookComponent> shadows) {

    static final Trials NONE = new Trials(null, List.of());

    static List<HookComponent> components(Stream<@Nullable HookComponent> some) {
        return some.filter(Objects::nonNull).map(Objects::requireNonNull).toList();
    }

    /** Returns what is told of connections and transactions: a shadow, too, for a listener only looks. */
    Collection<HookComponent> and(Collection<HookComponent> components) {
        if (shadows.isEmpty()) {
            return components;
        }
        var all = new ArrayList<>(components);
        all.addAll(shadows);
        return all;
    }

    /** Returns the gauge of a component, if its plugin is one of the two that are compared. */
    @Nullable Gauge gaugeOf(HookComponent component) {
        var now = tryout;
        if (now == null) {
            return null;
        }
        var source = component.source();
        if (now.isOf(source.name().id(), source.bundleId())) {
            return now.candidate();
        }
        return now.trial().bundleByPlugin().containsKey(source.name().id()) ? now.before() : null;
    }

    /** Returns the component that is asked beside another one at a moment: the shadow's of the same name. */
    @Nullable HookComponent shadowOf(HookComponent component, Moment moment) {
        if (!Tryout.SHADOWED.contains(moment)) {
            return null;
        }
        for (var shadow : shadows) {
            if (!shadow.equals(component)
                    && shadow.source().name().equals(component.source().name())
                    && shadow.source().kinds().stream()
                            .anyMatch(kind -> kind.moments().contains(moment))) {
                return shadow;
            }
        }
        return null;
    }
}
