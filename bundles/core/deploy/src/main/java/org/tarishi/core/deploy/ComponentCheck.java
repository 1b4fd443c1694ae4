package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.tarishi.core.spi.ComponentQuestion;

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

    /** Returns the ids of the plugins that a bundle describes. */
    Set<String> plugins(Bundle bundle) {
        var ids = new TreeSet<String>();
        hookComponents(bundle)
                .forEach(d -> ids.add(String.valueOf(d.properties.get(PLUGIN)).split("/", 2)[0]));
        return ids;
    }

    /** Returns the PIDs of the settings that a bundle's components have. */
    Set<String> pids(Bundle bundle) {
        var pids = new TreeSet<String>();
        for (var description : runtime.getComponentDescriptionDTOs(bundle)) {
            if (description.configurationPid != null && !"ignore".equals(description.configurationPolicy)) {
                pids.addAll(List.of(description.configurationPid));
            }
        }
        return pids;
    }

    /** Returns, in a line each, what keeps a bundle's hook components from running; empty when nothing does. */
    List<String> problems(Bundle bundle) {
        var problems = new ArrayList<String>();
        hookComponents(bundle).forEach(description -> {
            var configurations = configurations(description);
            if (!runtime.isComponentEnabled(description)) {
                problems.add(description.name + " is disabled");
            } else if (configurations.isEmpty()) {
                problems.add(waitsForSettings(description));
            }
            configurations.stream()
                    .map(ComponentCheck::problem)
                    .filter(p -> !p.isEmpty())
                    .forEach(problems::add);
        });
        return problems;
    }

    /** Returns the same of all components of a bundle, but for those that wait for a configuration: there may be none. */
    List<String> problemsOfAll(Bundle bundle) {
        var problems = new ArrayList<String>();
        for (var description : runtime.getComponentDescriptionDTOs(bundle)) {
            if (!runtime.isComponentEnabled(description)) {
                problems.add(description.name + " is disabled");
                continue;
            }
            configurations(description).stream()
                    .filter(configuration -> configuration.state != ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION)
                    .map(ComponentCheck::problem)
                    .filter(problem -> !problem.isEmpty())
                    .forEach(problems::add);
        }
        return problems;
    }

    /** Returns, in a line each, the classes of a bundle's hook components that can't be loaded, of which the runtime says nothing. */
    List<String> unloadable(Bundle bundle) {
        var problems = new ArrayList<String>();
        hookComponents(bundle).forEach(description -> {
            try {
                bundle.loadClass(description.implementationClass);
            } catch (ClassNotFoundException | LinkageError e) {
                problems.add(Explanation.unloadable(description.name, description.implementationClass, e));
            }
        });
        return problems;
    }

    /** Tells whether one of a bundle's hook components has failed: waiting would not help it, only trying again would. */
    boolean hasFailed(Bundle bundle) {
        return hookComponents(bundle)
                .flatMap(d -> configurations(d).stream())
                .anyMatch(c -> c.state == ComponentConfigurationDTO.FAILED_ACTIVATION);
    }

    private Stream<ComponentDescriptionDTO> hookComponents(Bundle bundle) {
        return runtime.getComponentDescriptionDTOs(bundle).stream().filter(d -> d.properties.containsKey(PLUGIN));
    }

    private Collection<ComponentConfigurationDTO> configurations(ComponentDescriptionDTO description) {
        ComponentQuestion<Collection<ComponentConfigurationDTO>> question =
                () -> runtime.getComponentConfigurationDTOs(description);
        return question.answer();
    }

    private static String problem(ComponentConfigurationDTO configuration) {
        var name = configuration.description.name;
        return switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> waitsForSettings(configuration.description);
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                name + " waits for a service that nobody offers: "
                        + Arrays.stream(configuration.unsatisfiedReferences)
                                .map(r -> interfaceOf(configuration.description, r.name))
                                .collect(Collectors.joining(", "))
                        + "; install what offers it first";
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> Explanation.failure(name, configuration.failure);
            default -> "";
        };
    }

    private static String waitsForSettings(ComponentDescriptionDTO description) {
        return description.name + " waits for its settings: write conf/"
                + String.join(".cfg, conf/", description.configurationPid) + ".cfg first";
    }

    private static String interfaceOf(ComponentDescriptionDTO description, String reference) {
        return Arrays.stream(description.references)
                .filter(r -> r.name.equals(reference))
                .map(r -> r.target == null ? r.interfaceName : r.interfaceName + " " + r.target)
                .findFirst()
                .orElse(reference);
    }
}
