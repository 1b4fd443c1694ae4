package org.tarishi.core.server;

import java.util.ArrayList;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Tells the launcher whether every configured listener accepts. */
@Component(service = Supplier.class, property = "tarishi.status=listeners")
public final class ListenerStatus implements Supplier<Map<String, Object>> {

    private final Server server;

    /** For the component runtime. */
    @Activate
    public ListenerStatus(@Reference Server server) {
        this.server = server;
    }

    /** Returns {@code ready}, and {@code lines}: one a listener, and one while the server is overloaded. Quick; any thread. */
    @Override
    public Map<String, Object> get() {
        var lines = new ArrayList<String>();
        boolean ready =
                server.listeners().iterator().hasNext() && server.missing().isEmpty();
        for (var listener : server.listeners()) {
            ready &= listener.bound() != null;
            lines.add(listener.status());
        }
        if (lines.isEmpty()) {
            lines.add("no listener is configured: " + ListenerSettings.PID + "~NAME");
        }
        var overload = server.overload().status();
        if (!overload.isEmpty()) {
            lines.add(overload);
        }
        return Map.of("ready", ready, "lines", lines);
    }
}
