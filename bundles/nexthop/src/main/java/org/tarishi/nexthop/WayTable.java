package org.tarishi.nexthop;

import java.util.List;
import java.util.Optional;
import org.tarishi.api.MailHost;
import org.tarishi.api.Mailbox;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** The ways of single addresses and domains, in tables that people write. Blocks where its tables do; any thread. */
public final class WayTable {

    private final Optional<Table> table;
    private final WayReader reader;

    private WayTable(Optional<Table> table, WayReader reader) {
        this.table = table;
        this.reader = reader;
    }

    /**
     * Opens it.
     *
     * @param names of the tables, asked in order; none for no way at all
     * @throws InvalidSettingException under the key, when a name is none
     */
    public static WayTable open(String key, Tables tables, List<String> names, WayReader reader) {
        try {
            return new WayTable(names.isEmpty() ? Optional.empty() : Optional.of(tables.open(names)), reader);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(key, String.valueOf(e.getMessage()));
        }
    }

    /** Tells whether there is nothing in it, whoever is asked for. */
    public boolean isEmpty() {
        return table.isEmpty();
    }

    /**
     * Returns the way of an address: that of the whole of it, else that of its domain.
     *
     * @throws MisconfiguredException when what stands there is none
     */
    public Optional<Way> of(Mailbox mailbox) throws LookupException, MisconfiguredException {
        if (table.isEmpty()) {
            return Optional.empty();
        }
        var own = own(mailbox.localPart() + "@", mailbox.host());
        // What stands for every name below a domain stands for addresses there too, and must not hide the domain's own
        // entry: what an
        // address without a local part has as well is not this one's own.
        if (own.isPresent() && !own.equals(own("@", mailbox.host()))) {
            return Optional.of(read(mailbox.host(), own.get()));
        }
        return of(mailbox.host());
    }

    /** Returns the way of a domain. */
    public Optional<Way> of(MailHost host) throws LookupException, MisconfiguredException {
        var value = own("", host);
        return value.isPresent() ? Optional.of(read(host, value.get())) : Optional.empty();
    }

    /** A list may hold either form of a domain. */
    private Optional<String> own(String before, MailHost host) throws LookupException {
        if (table.isEmpty()) {
            return Optional.empty();
        }
        var value = table.get().get(before + host.ascii());
        return value.isPresent() || host.unicode().equals(host.ascii())
                ? value
                : table.get().get(before + host.unicode());
    }

    private Way read(MailHost host, String text) throws MisconfiguredException {
        try {
            return reader.read(text);
        } catch (IllegalArgumentException e) {
            throw new MisconfiguredException("routes has no next hop for " + host.ascii() + ": " + e.getMessage());
        }
    }
}
