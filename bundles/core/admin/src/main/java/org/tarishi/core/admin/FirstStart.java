package org.tarishi.core.admin;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the first account when there is none, and tells its password to the operator in front of the server, and to nobody else.
 *
 * <p>Stretching a password and syncing the accounts take a few tenths of a second, so they go on beside the start of what comes after;
 * {@link ConsoleStatus} waits for them.
 */
@Component(service = FirstStart.class, immediate = true)
public final class FirstStart {
    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
    private static final String USER = "admin";

    private final @Nullable Thread making;

    /** Runs once the HTTP service is there, so that it can say where to log in. */
    @Activate
    public FirstStart(
            @Reference Access access,
            @Reference(service = HttpServiceRuntime.class) Map<String, Object> httpService,
            @Reference(target = "(tarishi.boot=tell)", cardinality = ReferenceCardinality.OPTIONAL) @Nullable Consumer<String> tell) {
        if (!access.users().isEmpty()) {
            making = null;
            return;
        }
        if (tell == null) {
            // A password that nobody hears is an account that nobody has.
            LOG.warn("console has no user yet; make one with: tarishi console user add {}", USER);
            making = null;
            return;
        }
        var url = Endpoint.console(httpService).orElse("(no port is bound)");
        making = Thread.ofPlatform().daemon().name("first console user").start(() -> make(access, url, tell));
    }

    private static void make(Access access, String url, Consumer<String> tell) {
        try {
            var password = access.add(USER);
            tell.accept("console: " + url + " user " + USER + ", password " + password);
        } catch (IOException e) {
            LOG.error("console has no user, and none can be made: {}", e.toString());
        } catch (IllegalArgumentException e) {
            LOG.info("console has got its first user meanwhile: {}", e.getMessage());
        }
    }

    /** Says whether whatever there was to make and to tell is made and told. Any thread. */
    boolean isDone() {
        return making == null || !making.isAlive();
    }

    /** Waits, so that no account comes into being behind the back of what follows. */
    @Deactivate
    void deactivate() {
        if (making != null) {
            try {
                making.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
