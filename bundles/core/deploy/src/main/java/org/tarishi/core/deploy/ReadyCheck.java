package org.tarishi.core.deploy;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.PluginSwitch;

/** The check that a started bundle passes before it is put in force: every hook component is ready, and can be obtained. */
final class ReadyCheck {

    private final ComponentCheck components;
    private final Supplier<PluginSwitch> chains;

    ReadyCheck(ComponentCheck components, Supplier<PluginSwitch> chains) {
        this.components = components;
        this.chains = chains;
    }

    /** Waits until the components are ready, obtains them, and returns the ids of the plugins. */
    Set<String> pass(String who, Bundle bundle, Duration limit) throws PluginRefusedException {
        int described = components.described(bundle);
        if (described == 0) {
            throw new PluginRefusedException(who + " has no plugin in it: no component carries @SmtpPlugin");
        }
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            var problems = new LinkedHashSet<>(components.problems(bundle));
            if (problems.isEmpty()) {
                var probe = chains.get().probe(bundle.getBundleId());
                if (probe.components() >= described && probe.problems().isEmpty()) {
                    return probe.plugins();
                }
                // A component that failed when it was asked for has its reason by now.
                problems.addAll(components.problems(bundle));
                if (problems.isEmpty()) {
                    problems.addAll(components.unloadable(bundle));
                }
                if (problems.isEmpty()) {
                    probe.problems().stream().map(ReadyCheck::withNextStep).forEach(problems::add);
                }
                if (!probe.problems().isEmpty()) {
                    throw doesNotPass(who, problems);
                }
            } else if (components.hasFailed(bundle)) {
                throw doesNotPass(who, problems);
            }
            if (System.nanoTime() - deadline > 0) {
                throw doesNotPass(who, problems.isEmpty() ? Set.of("its components do not appear") : problems);
            }
            pause();
        }
    }

    /** What core/hooks says has its own next step, but for one thing. */
    private static String withNextStep(String problem) {
        return problem.endsWith("does not start")
                ? problem + ": with `level = DEBUG` in conf/org.tarishi.logging.cfg another try has the log say why"
                : problem;
    }

    private static PluginRefusedException doesNotPass(String who, Set<String> problems) {
        return new PluginRefusedException(who + " does not pass its check: " + String.join("; ", problems));
    }

    /** The component runtime tells nobody when a component is ready; it is asked again. */
    static void pause() throws PluginRefusedException {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginRefusedException("the server is stopping");
        }
    }
}
