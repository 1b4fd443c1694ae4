package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Looks at a started bundle's components through the component runtime. */
final class ComponentCheck {

    private static final String PLUGIN = "tarishi.smtp.plugin";
    private static final String IN_PLACE = "tarishi.swap.in.place";

    private final ServiceComponentRuntime runtime;

    ComponentCheck(ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    /** Returns how many hook components a bundle describes. */
    int described(Bundle bundle) {
        return (int) hookComponents(bundle).count();
    }

    /** Tells whether one of a bundle's components can't be there twice. */
    boolean swapsInPlace(Bundle bundle) {
        return runtime.getComponentDescriptionDTOs(bundle).stream()
                .anyMatch(d -> d.properties.containsKey(IN_PLACE)
                        && !"false".equals(String.valueOf(d.properties.get(IN_PLACE))));
    }

    /** Returns, in a line each, what keeps a bundle's hook components from running; empty when nothing does. */
    List<String> problems(Bundle bundle) {
        var problems = new ArrayList<String>();
        hookComponents(bundle).forEach(description -> {
            var configurations = runtime.getComponentConfigurationDTOs(description);
            if (!runtime.isComponentEnabled(description)) {
                problems.add(description.name + " is disabled");
            } else if (configurations.isEmpty()) {
                problems.add(description.name + " waits for its settings: " + pids(description));
            }
            configurations.stream()
                    .map(ComponentCheck::problem)
                    .filter(p -> !p.isEmpty())
                    .forEach(problems::add);
        });
        return problems;
    }

    /** Tells whether one of a bundle's hook components has failed: waiting would not help it, only trying again would. */
    boolean hasFailed(Bundle bundle) {
        return hookComponents(bundle)
                .flatMap(d -> runtime.getComponentConfigurationDTOs(d).stream())
                .anyMatch(c -> c.state == ComponentConfigurationDTO.FAILED_ACTIVATION);
    }

    private Stream<ComponentDescriptionDTO> hookComponents(Bundle bundle) {
        return runtime.getComponentDescriptionDTOs(bundle).stream().filter(d -> d.properties.containsKey(PLUGIN));
    }

    private static String problem(ComponentConfigurationDTO configuration) {
        var name = configuration.description.name;
        return switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                name + " waits for its settings: " + pids(configuration.description);
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                name + " waits for a service that nobody offers: "
                        + Arrays.stream(configuration.unsatisfiedReferences)
                                .map(r -> interfaceOf(configuration.description, r.name))
                                .collect(Collectors.joining(", "));
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                name + " fails to start: " + firstLine(configuration.failure);
            default -> "";
        };
    }

    private static String pids(ComponentDescriptionDTO description) {
        return String.join(", ", description.configurationPid);
    }

    private static String interfaceOf(ComponentDescriptionDTO description, String reference) {
        return Arrays.stream(description.references)
                .filter(r -> r.name.equals(reference))
                .map(r -> r.target == null ? r.interfaceName : r.interfaceName + " " + r.target)
                .findFirst()
                .orElse(reference);
    }

    private static String firstLine(String failure) {
        var causes = failure.lines()
                .filter(line -> line.startsWith("Caused by: "))
                .map(line -> line.substring("Caused by: ".length()))
                .toList();
        return causes.isEmpty() ? failure.lines().findFirst().orElse("no reason given") : causes.getLast();
    }
}
