package org.tarishi.core.hooks;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

/**
 * Where a component comes from, as its service reference says.
 *
 * @param component the name that Declarative Services know it by, null for a service that was registered by hand
 */
record Source(
        long serviceId,
        int ranking,
        long bundleId,
        String bundle,
        Version version,
        PluginName name,
        List<String> formerly,
        List<Kind> kinds,
        @Nullable String verb,
        boolean isNonBlocking,
        @Nullable String component) {

    @Override
    public String toString() {
        return name + " of " + bundle + " " + version + " [" + bundleId + "]";
    }
}
