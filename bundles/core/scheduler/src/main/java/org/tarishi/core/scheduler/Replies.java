package org.tarishi.core.scheduler;

import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;

/** What this host says in the place of a next hop, and to who hands in mail. */
final class Replies {

    static final Reply NOT_TOLD =
            StatusReason.SYS_UNSPECIFIED.reply(451, "the delivery agent did not say what became of it");
    static final Reply NO_AGENT = StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "no delivery agent is installed");
    static final Reply NO_ROUTE = StatusReason.NET_UNABLE_TO_ROUTE.reply(451, "no next hop is known for this domain");
    static final Reply UNREADABLE = StatusReason.SYS_UNSPECIFIED.reply(451, "the message can't be read from the queue");
    static final Reply GIVEN_UP = StatusReason.SYS_UNSPECIFIED.reply(550, "given up by an operator");
    static final Reply LOOP =
            StatusReason.NET_ROUTING_LOOP.reply(554, "Too many Received fields, the message goes in circles");
    static final Reply NOT_READY =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "Mail to other hosts is not taken now, try again later");
    static final Reply FAULT = Reply.of(451, new EnhancedStatus(4, 3, 0), "Temporary failure, please try again later");
    static final EnhancedStatus EXPIRED = new EnhancedStatus(4, 4, 7);

    private Replies() {}
}
