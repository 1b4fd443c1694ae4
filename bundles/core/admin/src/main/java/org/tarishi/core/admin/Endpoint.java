package org.tarishi.core.admin;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.servlet.runtime.HttpServiceRuntimeConstants;

/** Where the HTTP service accepts, as it says in its service properties. */
final class Endpoint {
    private Endpoint() {}

    /** Returns the address of the console's first page, or nothing while no port is bound. */
    static Optional<String> console(Map<String, ?> httpService) {
        return httpService.get(HttpServiceRuntimeConstants.HTTP_SERVICE_ENDPOINT) instanceof String[] endpoints
                ? Arrays.stream(endpoints).findFirst().map(url -> url.replaceFirst("/$", "") + Next.HOME)
                : Optional.empty();
    }
}
