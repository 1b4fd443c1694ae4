package org.tarishi.plugin.discard;

import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}; a yes or no can't be wrong here.
 *
 * @param all whether every message is lost
 */
@SettingsFor(Settings.PID)
record Settings(boolean all) {

    static final String PID = "org.tarishi.plugin.discard";

    Settings(Config config) {
        this(config.all());
    }
}
