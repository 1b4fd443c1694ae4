package org.tarishi.nexthop;

import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.hook.HookResult;

/** What a client is told of what a next hop said, or did not. */
public final class PassedOn {

    /** The connection was lost behind the final dot. */
    public static final Reply LOST =
            StatusReason.NET_BAD_CONNECTION.reply(451, "Connection to the next hop lost, please try again later");

    /** Nobody answers. */
    public static final Reply UNREACHABLE =
            StatusReason.NET_NO_ANSWER.reply(451, "Next hop can't be reached, please try again later");

    /** The session is refused for good, which says nothing of the message. */
    public static final Reply SHUT =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "Next hop takes no mail now, please try again later");

    private PassedOn() {}

    /** Returns the answer of a next hop to a command or a message: its own words; every yes is a 250. */
    public static HookResult of(Reply reply) {
        if (reply.isPositive()) {
            return HookResult.ok(new Reply(250, reply.status(), reply.lines()));
        }
        return reply.isPermanent() ? HookResult.deny(reply) : HookResult.denySoft(staying(reply));
    }

    /**
     * Returns the refusal of a session. It is never one for good: whatever the message, the next hop takes nothing from us, and the
     * operator can mend that.
     */
    public static HookResult sessionRefused(Reply reply) {
        return HookResult.denySoft(reply.isTransient() ? new Reply(451, reply.status(), reply.lines()) : SHUT);
    }

    /** 421 is about the connection to the next hop; the client's lives on. */
    private static Reply staying(Reply reply) {
        return reply.code() == 421 ? new Reply(451, reply.status(), reply.lines()) : reply;
    }
}
