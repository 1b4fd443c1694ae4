package org.tarishi.core.hooks;

import org.jspecify.annotations.Nullable;

/** Whatever calls plugins and is watched meanwhile. */
interface Watched {

    /** Returns the call that is under way, null between calls. */
    @Nullable Call call();

    /** Learns, on the watchdog's thread, that a call was taken from its thread; whatever follows it must go on elsewhere. */
    void expired(Call call);
}
