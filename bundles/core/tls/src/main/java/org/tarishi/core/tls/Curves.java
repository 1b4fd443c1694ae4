package org.tarishi.core.tls;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Has handshakes computed by {@link CurveProvider} while this bundle is there. */
@Component(
        immediate = true,
        service = {})
public final class Curves {

    private final CurveProvider provider;

    /** Makes it for the container. */
    @Activate
    public Curves(BundleContext context) {
        // Two versions may be there for a moment, and the JDK knows a provider by its name.
        provider = new CurveProvider("Tarishi" + context.getBundle().getBundleId());
        provider.install();
    }

    @Deactivate
    void deactivate() {
        provider.remove();
    }
}
