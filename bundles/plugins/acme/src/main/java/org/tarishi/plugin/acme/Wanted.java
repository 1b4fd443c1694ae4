package org.tarishi.plugin.acme;

import java.util.List;

/**
 * A certificate that the operator wants.
 *
 * @param name its name, which is that of its folder
 * @param hosts the names it is for, A-labels in lower case, {@code *.} before those of wildcards
 */
record Wanted(String name, List<String> hosts) {
    Wanted {
        hosts = List.copyOf(hosts);
    }
}
