package org.tarishi.core.tls;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An instance's folders, and the service over them. */
final class Desk {

    final Path conf;
    final Path data;
    final TestClock clock = new TestClock();
    final Map<String, Object> settings = new HashMap<>();
    private @Nullable TlsKeys keys;

    Desk(Path root) {
        conf = root.resolve("conf");
        data = root.resolve("data");
    }

    static Config config(Map<String, ?> some) {
        return (Config) Proxy.newProxyInstance(
                Config.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (_, method, _) ->
                        some.containsKey(method.getName()) ? some.get(method.getName()) : method.getDefaultValue());
    }

    TlsKeys start() {
        var started = new TlsKeys(new Settings(config(settings)), conf, data, clock);
        keys = started;
        started.begin();
        return started;
    }

    Path tls(String path) {
        return conf.resolve("tls").resolve(path);
    }

    /** What has changed is seen at the first look, and taken up at the second. */
    void look() {
        var started = Objects.requireNonNull(keys, "not started");
        started.look();
        started.look();
    }
}
