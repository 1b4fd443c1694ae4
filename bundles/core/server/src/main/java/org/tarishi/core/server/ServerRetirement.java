package org.tarishi.core.server;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.core.spi.Retirement;

/** Lets a successor accept from the listening sockets, while this server's sessions go on to their end. */
@Component(service = Retirement.class)
public final class ServerRetirement implements Retirement {

    /** What speaks for the server that accepts. */
    private static final List<Class<?>> SPOKESMEN = List.of(ListenerStatus.class, TryCommand.class);

    private final ComponentContext component;
    private final Server server;

    /** For the component runtime. */
    @Activate
    public ServerRetirement(ComponentContext component, @Reference Server server) {
        this.component = component;
        this.server = server;
    }

    @Override
    public CompletionStage<?> retire() {
        SPOKESMEN.forEach(one -> component.disableComponent(one.getName()));
        return server.retire();
    }
}
