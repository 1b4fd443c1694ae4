package org.tarishi.core.delivery;

import java.util.List;
import org.tarishi.api.outbound.Route;

/**
 * Where a line of the settings sends mail.
 *
 * @param hops the next hops, in their order; empty for those that DNS knows
 * @param sources from where; one of them is chosen for each attempt
 */
record Way(List<Route> hops, List<Source> sources) {

    /** By DNS, from wherever the system chooses. */
    static final Way BY_DNS = new Way(List.of(), List.of(Source.ANY));

    Way {
        hops = List.copyOf(hops);
        sources = List.copyOf(sources);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("want a source");
        }
    }

    /** Tells whether DNS has the next hops. */
    boolean isByDns() {
        return hops.isEmpty();
    }
}
