package org.tarishi.core.server;

import static org.tarishi.api.Moment.*;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Moment;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.hook.HookResult;

/** What the answers of plugins, and their silence, mean at each moment: the only place that takes a {@link HookResult} apart. */
final class Policy {

    /** What it means that nobody has an opinion. */
    enum Silence {
        YES,
        NO,
        /** Yes for a client whose mail may go anywhere, else no. */
        YES_IF_RELAYING
    }

    /**
     * The line of one moment.
     *
     * @param deny the code of a refusal for good whose plugin chose none
     * @param denySoft the code of a refusal for now whose plugin chose none
     * @param silence what no opinion means
     * @param unopposed the refusal where silence is one
     * @param binding whether refusals count at all
     */
    private record Line(
            int deny,
            int denySoft,
            Silence silence,
            @Nullable Reply unopposed,
            boolean binding) {}

    private static final Map<Moment, Line> LINES = new EnumMap<>(Moment.class);

    static {
        yes(LOOKUP_RDNS, 554, 421);
        yes(CONNECT, 554, 421);
        yes(HELO, 550, 450);
        yes(EHLO, 550, 450);
        ignored(CAPABILITIES);
        no(UNRECOGNIZED_COMMAND, 500, 451, Replies.UNKNOWN_COMMAND);
        yes(MAIL, 550, 450);
        LINES.put(RCPT, new Line(550, 450, Silence.YES_IF_RELAYING, Replies.RELAYING_DENIED, true));
        yes(RCPT_OK, 550, 450);
        yes(DATA, 554, 451);
        yes(BODY, 550, 450);
        yes(DATA_POST, 550, 450);
        no(MAX_DATA_EXCEEDED, 552, 452, Replies.MESSAGE_TOO_BIG);
        no(
                QUEUE,
                550,
                450,
                StatusReason.SYS_UNSPECIFIED.reply(451, "nothing here takes this message now, try again later"));
        // on to the queue for other hosts
        yes(QUEUE_OUTBOUND, 550, 450);
        yes(PRE_SEND_TRANS_EMAIL, 550, 450);
        ignored(QUEUE_OK);
        yes(VRFY, 550, 450);
        yes(NOOP, 500, 450);
        ignored(RSET);
        ignored(QUIT);
    }

    private Policy() {}

    private static void yes(Moment moment, int deny, int denySoft) {
        LINES.put(moment, new Line(deny, denySoft, Silence.YES, null, true));
    }

    private static void no(Moment moment, int deny, int denySoft, Reply unopposed) {
        LINES.put(moment, new Line(deny, denySoft, Silence.NO, unopposed, true));
    }

    private static void ignored(Moment moment) {
        LINES.put(moment, new Line(550, 450, Silence.YES, null, false));
    }

    /** Returns what nobody's opinion comes to. */
    static Opinion silence(Moment moment, boolean relaying) {
        var line = line(moment);
        var unopposed = line.unopposed();
        boolean yes = switch (line.silence()) {
            case YES -> true;
            case NO -> false;
            case YES_IF_RELAYING -> relaying;
        };
        return yes || unopposed == null ? Opinion.YES : new Opinion.No(unopposed, false);
    }

    /** Returns what an answer comes to. */
    static Opinion of(Moment moment, HookResult result, boolean relaying) {
        var line = line(moment);
        return switch (result) {
            case HookResult.Continue() -> silence(moment, relaying);
            case HookResult.Ok(var words) -> words == null ? Opinion.SAID_YES : new Opinion.Yes(words, true);
            case HookResult.Refusal _, HookResult.Disconnect _ when !line.binding() -> Opinion.YES;
            case HookResult.Disconnect() -> new Opinion.HangUp();
            case HookResult.Deny(var words, var close) ->
                no(words.withCode(close && moment == UNRECOGNIZED_COMMAND ? 521 : line.deny()), close);
            case HookResult.DenySoft(var words, var close) ->
                no(words.withCode(close && moment == UNRECOGNIZED_COMMAND ? 421 : line.denySoft()), close);
        };
    }

    /** RFC 2034 section 4: a refusal has a status, also where a plugin gave none. */
    private static Opinion no(Reply reply, boolean close) {
        return new Opinion.No(Replies.withStatus(reply, new EnhancedStatus(reply.code() / 100, 0, 0)), close);
    }

    private static Line line(Moment moment) {
        var line = LINES.get(moment);
        if (line == null) {
            throw new IllegalArgumentException("no moment of a session: " + moment.key());
        }
        return line;
    }
}
