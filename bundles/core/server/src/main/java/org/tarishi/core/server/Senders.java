package org.tarishi.core.server;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Text;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** Knows by tables which senders a user may name. */
final class Senders {

    private static final Logger LOG = LoggerFactory.getLogger(Senders.class);

    /** How long tables may take. */
    private static final long SECONDS = 30;

    /** Whether they may be. */
    enum Answer {
        YES,
        NO,
        /** The tables can't be asked now. */
        UNKNOWN
    }

    private Senders() {}

    /** Asks on a thread of {@code blocking}, and tells {@code then} by {@code turn} what came of it. */
    static void start(
            Tables tables,
            List<String> names,
            String user,
            List<Mailbox> senders,
            Executor blocking,
            Executor turn,
            Consumer<Answer> then) {
        var answer = new CompletableFuture<Answer>();
        blocking.execute(() -> answer.complete(ask(tables, names, user, senders)));
        var _ = answer.completeOnTimeout(Answer.UNKNOWN, SECONDS, TimeUnit.SECONDS)
                .thenAcceptAsync(then, turn);
    }

    private static Answer ask(Tables tables, List<String> names, String user, List<Mailbox> senders) {
        try {
            return areOf(tables.open(names), user, senders) ? Answer.YES : Answer.NO;
        } catch (LookupException | RuntimeException e) {
            LOG.warn("senders of users can't be looked up: {}", Text.escaped(String.valueOf(e.getMessage())));
            return Answer.UNKNOWN;
        }
    }

    /** Tells whether all of these are a user's. */
    static boolean areOf(Table table, String user, List<Mailbox> senders) throws LookupException {
        var value = table.get(user);
        for (var sender : senders) {
            if (value.isEmpty() ? !isName(user, sender) : !isAmong(value.get(), sender)) {
                return false;
            }
        }
        return true;
    }

    /** Whoever is in no table may be called as the account is. */
    private static boolean isName(String user, Mailbox sender) {
        return user.indexOf('@') > 0 && isAddress(user, sender);
    }

    private static boolean isAmong(String value, Mailbox sender) {
        for (var word : value.split("[,\\s]+", -1)) {
            if (!word.isEmpty() && covers(word, sender)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(String word, Mailbox sender) {
        if (word.equals("*")) {
            return true;
        }
        if (word.indexOf('@') > 0) {
            return isAddress(word, sender);
        }
        var name = word.startsWith("@") ? word.substring(1) : word;
        boolean isBelow = name.startsWith(".");
        try {
            var domain = Domain.parse(isBelow ? name.substring(1) : name);
            return sender.host() instanceof Domain its
                    && (isBelow ? its.isWithin(domain) && !its.equals(domain) : its.equals(domain));
        } catch (AddressSyntaxException e) {
            return false;
        }
    }

    /** Case counts in no local part that people choose. */
    private static boolean isAddress(String text, Mailbox sender) {
        try {
            var wanted = Mailbox.parse(text);
            return wanted.host().equals(sender.host())
                    && wanted.localPart()
                            .toLowerCase(Locale.ROOT)
                            .equals(sender.localPart().toLowerCase(Locale.ROOT));
        } catch (AddressSyntaxException e) {
            return false;
        }
    }
}
