package org.tarishi.core.dsn;

import java.time.Duration;
import org.tarishi.api.config.SettingsFor;

/** The checked form of {@link ClassesConfig}. */
@SettingsFor(ClassesSettings.PID)
record ClassesSettings(String rules, Duration checkEvery) {

    static final String PID = "org.tarishi.core.dsn.classes";

    ClassesSettings(ClassesConfig config) {
        this(config.rules(), Settings.duration("checkEvery", config.checkEvery()));
    }

    ClassesSettings {
        Settings.path("rules", rules);
    }
}
