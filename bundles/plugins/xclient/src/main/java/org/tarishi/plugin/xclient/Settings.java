package org.tarishi.plugin.xclient;

import org.tarishi.api.config.Networks;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param xclient who may say XCLIENT
 * @param xforward who may say XFORWARD
 */
@SettingsFor(Settings.PID)
record Settings(Networks xclient, Networks xforward) {

    static final String PID = "org.tarishi.plugin.xclient";

    Settings(Config config) {
        this(Networks.parse("xclient", config.xclient()), Networks.parse("xforward", config.xforward()));
    }
}
