package org.tarishi.core.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.spi.QueueQuery;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.RecipientState;
import org.tarishi.core.spi.RecipientState.Standing;

/** A query, ready to be held against mails. */
final class Filter {

    private final QueueQuery query;
    private final @Nullable String sender;
    private final @Nullable String recipient;
    private final @Nullable String domain;
    private final @Nullable String lastReply;
    private final @Nullable String route;

    Filter(QueueQuery query) {
        this.query = query;
        this.sender = lower(query.sender());
        this.recipient = lower(query.recipient());
        this.domain = lower(query.domain());
        this.lastReply = lower(query.lastReply());
        this.route = lower(query.route());
    }

    private static @Nullable String lower(@Nullable String text) {
        return text == null ? null : text.strip().toLowerCase(Locale.ROOT);
    }

    /** Tells whether a mail may match, by what is known of it without a look at the disk; no is for sure. */
    boolean mayMatch(QueueStore.Row row, boolean isActive, Instant now) {
        if (domain != null && !domain.equals(row.domain())) {
            return false;
        }
        if (sender != null && !sender.startsWith("@")) {
            int hash = sender.equals("<>") ? 0 : bare(sender).hashCode();
            if (row.sender() != hash) {
                return false;
            }
        }
        var age = query.olderThan();
        if (age != null && now.toEpochMilli() - row.queuedAt() < age.toMillis()) {
            return false;
        }
        var state = query.state();
        return state == null || state == state(row.isHeld(), isActive, row.failures());
    }

    /** Tells whether {@link #mayMatch} has said all there is to say. */
    boolean isPlain() {
        return query.id() == null && sender == null && recipient == null && lastReply == null && route == null;
    }

    /** Tells whether a mail matches. */
    boolean matches(QueuedMail mail, boolean isActive, Instant now) {
        var state = query.state();
        return (domain == null || domain.equals(mail.domain()))
                && matchesId(mail)
                && (sender == null || matchesSender(mail, sender))
                && (recipient == null || matchesRecipient(mail, recipient))
                && (query.olderThan() == null || isOlder(mail, query.olderThan(), now))
                && (state == null
                        || state
                                == state(
                                        mail.state().held() != null,
                                        isActive,
                                        mail.state().failures()))
                && (lastReply == null
                        || lastReply(mail)
                                .map(reply -> reply.toLowerCase(Locale.ROOT).contains(lastReply))
                                .orElse(false))
                && (route == null || matchesRoute(mail, route));
    }

    private static boolean isOlder(QueuedMail mail, @Nullable Duration age, Instant now) {
        return age == null || Duration.between(mail.queuedAt(), now).compareTo(age) >= 0;
    }

    private boolean matchesId(QueuedMail mail) {
        var id = query.id();
        return id == null
                || mail.id().equals(id)
                || mail.id().startsWith(id + ".")
                || mail.id().startsWith(id + "-");
    }

    private static boolean matchesSender(QueuedMail mail, String wanted) {
        var own = Envelope.sender(mail.sender());
        return wanted.equals("<>") ? own.isEmpty() : matchesAddress(own, wanted);
    }

    private static boolean matchesRecipient(QueuedMail mail, String wanted) {
        for (int i = 0; i < mail.recipients().size(); i++) {
            if (mail.state().recipients().get(i).standing() == Standing.PENDING
                    && matchesAddress(
                            mail.recipients().get(i).mailbox().toString().toLowerCase(Locale.ROOT), wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesAddress(String own, String wanted) {
        return wanted.startsWith("@") ? own.endsWith(wanted) : own.equals(bare(wanted));
    }

    private static String bare(String address) {
        return address.startsWith("<") && address.endsWith(">") ? address.substring(1, address.length() - 1) : address;
    }

    private static boolean matchesRoute(QueuedMail mail, String wanted) {
        return wanted.equalsIgnoreCase(mail.state().facts().getOrDefault(Facts.HOP, ""));
    }

    /** Returns where a mail stands. */
    static State state(boolean isHeld, boolean isActive, int failures) {
        return isActive ? State.ACTIVE : isHeld ? State.HELD : failures > 0 ? State.DEFERRED : State.SCHEDULED;
    }

    /** Returns what was last said of a mail. */
    static Optional<String> lastReply(QueuedMail mail) {
        var held = mail.state().held();
        RecipientState last = null;
        for (var state : mail.state().recipients()) {
            var at = state.at();
            if (at != null && state.reply() != null && (last == null || last.at() == null || !at.isBefore(last.at()))) {
                last = state;
            }
        }
        return last == null || last.reply() == null
                ? Optional.ofNullable(held)
                : Optional.of(last.reply().toString());
    }
}
