package org.tarishi.core.spi;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/**
 * What became of one recipient of a queued mail.
 *
 * @param standing where it stands
 * @param reply what was last said of it, by a next hop or by this host; null when nothing was
 * @param remote the name or address of the host that said it; null when it was this one
 * @param at when it was said, to the millisecond; null when nothing was
 */
public record RecipientState(
        Standing standing,
        @Nullable Reply reply,
        @Nullable String remote,
        @Nullable Instant at) {

    /** A recipient that nobody has tried. */
    public static final RecipientState PENDING = new RecipientState(Standing.PENDING, null, null, null);

    /** Where a recipient stands. */
    public enum Standing {
        /** To be tried, whether it was or not. */
        PENDING,
        /** Taken by the next hop. */
        DELIVERED,
        /** Given up; the sender is to be told, or was. */
        FAILED
    }
}
