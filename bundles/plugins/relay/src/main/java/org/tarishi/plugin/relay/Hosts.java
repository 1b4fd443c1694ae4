package org.tarishi.plugin.relay;

import java.util.Optional;
import org.tarishi.api.MailHost;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;

/** Looks hosts up in tables that people write: a list may hold either form of a domain. */
final class Hosts {

    private Hosts() {}

    static Optional<String> get(Table table, MailHost host) throws LookupException {
        var value = table.get(host.ascii());
        return value.isPresent() || host.unicode().equals(host.ascii()) ? value : table.get(host.unicode());
    }
}
