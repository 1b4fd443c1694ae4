package org.tarishi.core.deploy;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.Version;

/** What bundles and plugins are called where people read it. */
final class Names {

    /** What the names of our own plugins' bundles begin with. */
    static final String OURS = "org.tarishi.plugin.";

    private Names() {}

    /** Reads ids that commas part; a part of the core has none. */
    static Set<String> split(String ids) {
        return ids.isEmpty() ? Set.of() : Set.copyOf(Arrays.asList(ids.split(",", -1)));
    }

    /** Returns the plugin's id where that says it all, else the bundle's name, with the plugins in it; each with the version. */
    static String shown(String symbolicName, Version version, Set<String> plugins) {
        if (plugins.size() == 1 && symbolicName.equals(OURS + plugins.iterator().next())) {
            return plugins.iterator().next() + " " + version;
        }
        var name = symbolicName + " " + version;
        return plugins.isEmpty() ? name : name + " (" + String.join(", ", new TreeSet<>(plugins)) + ")";
    }
}
