package org.tarishi.plugin.relay;

import java.util.Locale;
import java.util.Optional;
import org.tarishi.api.MailHost;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;

/** What becomes of mail to a domain of the table of destinations, from a client that may not relay. */
enum Action {
    /** It is taken. */
    ACCEPT,
    /** It is taken when another plugin knows the recipient. */
    CONTINUE,
    /** It is refused. */
    DENY;

    /** A domain that nobody can have (RFC 6761 section 6.4): a table that knows it knows all. */
    private static final String NOBODYS = "open-relay-check.invalid";

    /**
     * Looks a domain up.
     *
     * @throws MisconfiguredException when the table says something else, or says of every domain that its mail is taken
     */
    static Optional<Action> of(Table table, MailHost host) throws LookupException, MisconfiguredException {
        var value = Hosts.get(table, host);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        var action = parse(value.get(), host.ascii());
        if (action != DENY) {
            var nobodys = table.get(NOBODYS);
            if (nobodys.isPresent() && parse(nobodys.get(), NOBODYS) != DENY) {
                throw new MisconfiguredException(
                        "destinations takes mail for every domain, which would be an open relay; all and allListeners say so"
                                + " where it is meant");
            }
        }
        return Optional.of(action);
    }

    private static Action parse(String value, String host) throws MisconfiguredException {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "", "accept" -> ACCEPT;
            case "continue" -> CONTINUE;
            case "deny" -> DENY;
            default -> throw new MisconfiguredException("destinations has no accept, continue or deny for " + host);
        };
    }
}
