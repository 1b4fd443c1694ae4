package org.tarishi.plugin.authflatfile;

import java.util.HashMap;
import java.util.HexFormat;
import org.tarishi.testing.FakeConfiguration;

/** What several tests need. */
final class Fixtures {

    /** The cheapest that settings take: these tests are about other things than time. */
    static final String CHEAP = "argon2id:m=64,t=1,p=1";

    static final Ceiling CEILING = new Ceiling(65_536, 16);

    private Fixtures() {}

    static Settings settings(String... keysAndValues) {
        return new Settings(config(keysAndValues));
    }

    static Config config(String... keysAndValues) {
        var values = new HashMap<String, Object>();
        values.put("hash", CHEAP);
        values.put("scramIterations", 4096);
        values.put("hashWait", "PT25S"); // whatever else the machine does
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(
                    keysAndValues[i],
                    keysAndValues[i].equals("scram") ? keysAndValues[i + 1].split(" ", -1) : keysAndValues[i + 1]);
        }
        return FakeConfiguration.of(Config.class, values);
    }

    static Password password(String text) {
        return Password.of(text.toCharArray());
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
