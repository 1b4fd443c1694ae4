package org.tarishi.core.scheduler;

import java.util.HashMap;
import org.tarishi.testing.FakeConfiguration;

/** Settings with defaults but for some keys. */
final class Sets {

    private Sets() {}

    /** Returns settings with these keys and values. */
    static Settings of(Object... pairs) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], pairs[i + 1]);
        }
        return new Settings(FakeConfiguration.of(Config.class, values));
    }

    static String[] lines(String... all) {
        return all;
    }
}
