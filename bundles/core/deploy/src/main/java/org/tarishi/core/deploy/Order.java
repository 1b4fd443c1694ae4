package org.tarishi.core.deploy;

import java.util.function.Consumer;

/**
 * How something is to be done, as whoever stands at a door says.
 *
 * @param door who asks, for the log and the history
 * @param isUpdate whether only what is there already may be replaced
 * @param allowsDowngrade whether a lower version is taken though the settings refuse it
 * @param isDryRun whether the plan is all that is wanted
 * @param agrees whether sessions may be ended for it
 * @param planned is told the plan, before anything is done
 */
record Order(
        String door,
        boolean isUpdate,
        boolean allowsDowngrade,
        boolean isDryRun,
        boolean agrees,
        Consumer<Plan> planned) {

    /** Does it, and tells nobody before. */
    static Order at(String door) {
        return new Order(door, false, false, false, false, plan -> {});
    }
}
