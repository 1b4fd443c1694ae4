package org.tarishi.core.scheduler;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/**
 * A destination as people see it.
 *
 * @param due how many mails are due
 * @param active how many are being tried
 * @param window how many may be
 * @param isResting whether it is left at rest
 * @param isPaused whether an operator has stopped it
 * @param host the next hop that was reached last
 * @param lastReply what it said last when it took nothing
 */
record Destination(
        String domain,
        int due,
        int active,
        int window,
        boolean isResting,
        boolean isPaused,
        @Nullable String host,
        @Nullable Reply lastReply) {

    static Destination of(Lane lane, boolean isPaused) {
        return new Destination(
                lane.domain(),
                lane.size(),
                lane.active(),
                lane.pace().window(),
                lane.pace().isResting(),
                isPaused,
                lane.host(),
                lane.lastReply());
    }
}
