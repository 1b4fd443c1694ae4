package org.tarishi.plugin.lmtp;

import java.util.Optional;
import org.tarishi.api.Mailbox;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Tables;
import org.tarishi.nexthop.MisconfiguredException;
import org.tarishi.nexthop.Way;
import org.tarishi.nexthop.WayReader;
import org.tarishi.nexthop.WayTable;

/**
 * The settings with their tables open.
 *
 * @param table the stores of single addresses and domains
 */
record Stores(Settings settings, WayTable table) {

    /** This plugin in {@code queue.wants}. */
    static final String ID = "lmtp";

    static Stores of(Settings settings, Tables tables) {
        return new Stores(
                settings, WayTable.open("routes", tables, settings.routes(), new WayReader(settings.manner())));
    }

    /** Tells whether there is no store at all. */
    boolean isEmpty() {
        return settings.main().isEmpty() && table.isEmpty();
    }

    /** Returns the way to the store of an address; nothing where its mail is not this plugin's. */
    Optional<Way> of(Mailbox mailbox) throws LookupException, MisconfiguredException {
        return table.of(mailbox)
                .or(settings::main)
                .filter(way -> way.queue().orElse(ID).equals(ID));
    }
}
