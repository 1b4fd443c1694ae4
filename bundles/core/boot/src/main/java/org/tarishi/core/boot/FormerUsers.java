package org.tarishi.core.boot;

import java.lang.reflect.Field;
import java.util.Map;
import org.apache.felix.framework.Felix;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the framework forget which services a bundle has used, once that is uninstalled.
 *
 * <p>Felix (7.0.5, ServiceRegistry) keeps it among the users of services, as one that uses each no times: the bundle and all that was read
 * of it, ten kilobytes or more, once for each replacement, until the next start. There is no call that ends that, so its map is looked up;
 * where a later Felix has it no more, nothing is done.
 */
final class FormerUsers implements SynchronousBundleListener {

    private static final Logger log = LoggerFactory.getLogger(FormerUsers.class);

    private final Map<?, ?> usages;

    private FormerUsers(Map<?, ?> usages) {
        this.usages = usages;
    }

    /** Does so from now on, until the framework stops; it has to be initialised. */
    static void forget(Framework framework) {
        try {
            var registry = field(Felix.class, "m_registry").get(framework);
            if (field(registry.getClass(), "m_inUseMap").get(registry) instanceof Map<?, ?> usages) {
                framework.getBundleContext().addBundleListener(new FormerUsers(usages));
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.warn("what the framework keeps of bundles that are gone stays until the next start: {}", e.toString());
        }
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        var field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.UNINSTALLED) {
            usages.remove(event.getBundle());
        }
    }
}
