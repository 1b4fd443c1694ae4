package org.tarishi.plugin.smtpforward;

import java.util.Optional;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Tables;
import org.tarishi.nexthop.MisconfiguredException;
import org.tarishi.nexthop.Way;
import org.tarishi.nexthop.WayReader;
import org.tarishi.nexthop.WayTable;

/**
 * The settings with their tables open.
 *
 * @param table the ways of single addresses and domains
 */
record Ways(Settings settings, WayTable table) {

    static Ways of(Settings settings, Tables tables) {
        return new Ways(settings, WayTable.open("routes", tables, settings.routes(), new WayReader(settings.manner())));
    }

    /** Returns the way that the tables have for mail of this sender to this recipient. */
    Optional<Way> listed(ReversePath from, Recipient to) throws LookupException, MisconfiguredException {
        return switch (settings.selector()) {
            case RECIPIENT -> table.of(to.mailbox());
            case SENDER -> from.mailbox().isPresent() ? table.of(from.mailbox().get()) : Optional.empty();
        };
    }

    /** Returns the way of mail of this sender to this recipient; nothing where it is not this plugin's. */
    Optional<Way> of(ReversePath from, Recipient to) throws LookupException, MisconfiguredException {
        return listed(from, to).or(settings::main);
    }

    /** Tells whether another queue plugin is wanted for what goes this way. */
    static boolean isOfAnother(Way way) {
        return way.queue().filter(name -> !isThisPlugin(name)).isPresent();
    }

    /** Tells whether a word of {@code queue.wants} names this plugin; Haraka writes it with an underscore. */
    static boolean isThisPlugin(String word) {
        return word.equals("smtp-forward") || word.equals("smtp_forward");
    }
}
