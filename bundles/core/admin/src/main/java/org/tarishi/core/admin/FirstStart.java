package org.tarishi.core.admin;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the first account when there is none, and tells its password to the operator in front of the server, and to nobody else.
 */
@Component(
        service = {},
        immediate = true)
public final class FirstStart {
    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
    private static final String USER = "admin";

    /** Runs once the HTTP service is there, so that it can say where to log in. */
    @Activate
    public FirstStart(
            @Reference Access access,
            @Reference(service = HttpServiceRuntime.class) Map<String, Object> httpService,
            @Reference(target = "(tarishi.boot=tell)", cardinality = ReferenceCardinality.OPTIONAL) @Nullable Consumer<String> tell) {
        if (!access.users().isEmpty()) {
            return;
        }
        if (tell == null) {
            // A password that nobody hears is an account that nobody has.
            LOG.warn("console has no user yet; make one with: tarishi console user add {}", USER);
            return;
        }
        try {
            var password = access.add(USER);
            var url = Endpoint.console(httpService).orElse("(no port is bound)");
            tell.accept("console: " + url + " user " + USER + ", password " + password);
        } catch (IOException e) {
            LOG.error("console has no user, and none can be made: {}", e.toString());
        }
    }
}
