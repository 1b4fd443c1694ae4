package org.tarishi.core.server;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.Moment;
import org.tarishi.api.message.Headers;
import org.tarishi.core.spi.Trace;

/** What a session does otherwise that is only tried; and who watches its plugins. */
interface Rehearsal extends Trace {

    /** The client's name where plugins give it none, empty for one without a name; null where it is looked up. */
    @Nullable String name();

    /**
     * A message has passed all and wants a taker.
     *
     * @param moment {@link Moment#QUEUE} or {@link Moment#QUEUE_OUTBOUND}
     * @param headers the header as the taker would see it
     * @return whether takers may be asked; if not, the message goes nowhere
     */
    boolean mayQueue(Moment moment, Headers headers);
}
