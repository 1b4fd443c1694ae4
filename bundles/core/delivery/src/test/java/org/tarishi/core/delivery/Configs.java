package org.tarishi.core.delivery;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** Makes configurations: the defaults, but for what is said. */
final class Configs {

    private Configs() {}

    static Config of(Map<String, Object> values) {
        return (Config) Proxy.newProxyInstance(
                Config.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (proxy, method, args) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    static Settings settings(Object... keysAndValues) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Settings(of(values));
    }

    static String[] lines(String... lines) {
        return lines;
    }
}
