package org.tarishi.nexthop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.outbound.Route;

/**
 * Where some mail is handed to. Its text form holds no secret.
 *
 * @param hops the next hops, those that are liked best first, at least one
 * @param login whom to log in as, where the hops themselves have no credentials
 * @param isOutbound whether mail of clients that may relay goes there too
 * @param queue the queue plugin that is wanted for such mail; nothing for the plugin whose way this is
 */
public record Way(List<Route> hops, Optional<Login> login, boolean isOutbound, Optional<String> queue) {

    /** Refuses to have no next hop, unless another plugin is wanted. */
    public Way {
        hops = List.copyOf(hops);
        if (hops.isEmpty() && queue.isEmpty()) {
            throw new IllegalArgumentException("want a next hop");
        }
    }

    /**
     * Returns the next hops with their credentials.
     *
     * @param conf the folder of the configuration
     * @throws IOException when the file of the password has none
     */
    public List<Route> ready(Path conf) throws IOException {
        if (login.isEmpty()) {
            return hops;
        }
        var ready = new ArrayList<Route>(hops.size());
        for (var hop : hops) {
            ready.add(hop.user().isPresent() ? hop : login.get().on(hop, conf));
        }
        return ready;
    }
}
