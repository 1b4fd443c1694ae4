package org.tarishi.core.delivery;

import java.time.Duration;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.core.spi.DeliveryAgent.Attempt;
import org.tarishi.core.spi.DeliveryAgent.Hop;
import org.tarishi.core.spi.DeliveryAgent.Reach;
import org.tarishi.core.spi.DeliveryAgent.Result;

/**
 * What one next hop came to, among several.
 *
 * @param rank how much it tells; the highest stands for all when no next hop has answered for the mail
 * @param isLast whether no other next hop is to be tried
 */
record Ranked(Attempt attempt, int rank, boolean isLast) {

    /** A session that is refused for good: of all hosts, or it says little. */
    static final int SHUT = 0;

    static final int SILENT = 1;
    static final int NO_TLS = 2;
    static final int NOT_NOW = 3;
    static final int ANSWERED = 4;

    /** One reply for all recipients. */
    static Attempt same(OutboundMail mail, Reply reply, Reach reach, @Nullable Hop hop, Duration took) {
        return new Attempt(Collections.nCopies(mail.recipients().size(), new Result(reply)), reach, hop, took);
    }
}
