package org.tarishi.core.config;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.tarishi.api.Text;
import org.tarishi.core.spi.ComponentQuestion;

/**
 * Sees whether the components of a PID take a new configuration.
 *
 * <p>The checked settings say before whether values are good; this is for what only trying tells. A component that was well and fails
 * to activate with the new values has refused them. What a component's own modified method throws is not told to anybody but the log:
 * there, the check alone decides. Without Declarative Services all values are taken.
 */
final class TakeUp {

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    /** A component that is remade for new values shows them for a moment on the instance that is about to go. */
    private static final long SETTLE = TimeUnit.MILLISECONDS.toNanos(150);

    private final Supplier<@Nullable ServiceComponentRuntime> runtime;
    private final Duration limit;

    TakeUp(Supplier<@Nullable ServiceComponentRuntime> runtime, Duration limit) {
        this.runtime = runtime;
        this.limit = limit;
    }

    /** Returns the components of a PID that fail as it is. */
    Set<String> failing(String pid) {
        var failing = new TreeSet<String>();
        for (var description : descriptions(pid)) {
            for (var component : components(description, pid)) {
                if (component.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    failing.add(name(component));
                }
            }
        }
        return failing;
    }

    /**
     * Waits until the components of a PID have the values, for the limit at most.
     *
     * @return why one refuses them that did not fail before, or null
     */
    @Nullable String refusal(String pid, Map<String, Object> values, Set<String> failedBefore) {
        var end = System.nanoTime() + limit.toNanos();
        long servedSince = 0;
        while (true) {
            var waiting = false;
            var remade = false;
            for (var description : descriptions(pid)) {
                var served = false;
                remade |= description.immediate && description.modified == null;
                for (var component : components(description, pid)) {
                    // It has its values before it is activated with them.
                    var isUnderWay = description.immediate && component.state == ComponentConfigurationDTO.SATISFIED;
                    if (has(properties(component), values) && !isUnderWay) {
                        served = true;
                        if (component.state == ComponentConfigurationDTO.FAILED_ACTIVATION
                                && !failedBefore.contains(name(component))) {
                            return description.name + " failed: " + reason(component);
                        }
                    }
                }
                waiting |= !served;
            }
            long now = System.nanoTime();
            if (waiting) {
                servedSince = 0;
            } else if (servedSince == 0) {
                servedSince = now;
            }
            boolean taken = !waiting && (!remade || now - servedSince >= SETTLE);
            if (taken || now > end || Thread.currentThread().isInterrupted()) {
                return null;
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private static String reason(ComponentConfigurationDTO component) {
        var failure = component.failure;
        return failure == null
                ? "no reason given"
                : Text.escaped(failure.lines().findFirst().orElse(""));
    }

    private static String name(ComponentConfigurationDTO component) {
        return component.description.bundle.id + "/" + component.description.name;
    }

    /** Returns the values that a component is done with: its service shows them behind its modified method, it itself before. */
    private static Map<String, Object> properties(ComponentConfigurationDTO component) {
        return component.description.modified == null || component.service == null
                ? component.properties
                : component.service.properties;
    }

    private static boolean has(Map<String, Object> properties, Map<String, Object> values) {
        return values.entrySet().stream()
                // The private ones are never a service's.
                .filter(entry -> !entry.getKey().startsWith("."))
                .allMatch(entry -> Values.same(entry.getValue(), properties.get(entry.getKey())));
    }

    /** Returns the components that a configuration of this PID is for. */
    private List<ComponentDescriptionDTO> descriptions(String pid) {
        var scr = runtime.get();
        if (scr == null) {
            return List.of();
        }
        return scr.getComponentDescriptionDTOs().stream()
                .filter(description -> List.of(description.configurationPid).contains(Declarations.declared(pid))
                        && !description.configurationPolicy.equals("ignore")
                        && scr.isComponentEnabled(description))
                .toList();
    }

    /** Returns what there is of a component that has this configuration, with whatever values. */
    private List<ComponentConfigurationDTO> components(ComponentDescriptionDTO description, String pid) {
        var scr = runtime.get();
        if (scr == null) {
            return List.of();
        }
        ComponentQuestion<Collection<ComponentConfigurationDTO>> question =
                () -> scr.getComponentConfigurationDTOs(description);
        return question.answer().stream()
                .filter(component -> {
                    var pids = component.properties.get(Constants.SERVICE_PID);
                    return pids != null && Values.items(pids).contains(pid);
                })
                .toList();
    }
}
