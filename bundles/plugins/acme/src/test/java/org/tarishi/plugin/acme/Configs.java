package org.tarishi.plugin.acme;

import java.lang.reflect.Proxy;
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

    static Settings settings(Map<String, Object> values) {
        return new Settings(of(values));
    }
}
