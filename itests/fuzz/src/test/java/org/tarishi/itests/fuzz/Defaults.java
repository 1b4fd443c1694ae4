package org.tarishi.itests.fuzz;

import java.lang.reflect.Proxy;

/** What settings say that nobody has set. */
public final class Defaults {

    private Defaults() {}

    /** Returns a configuration whose values are the defaults of its attributes. */
    public static <T> T of(Class<T> configuration) {
        return configuration.cast(Proxy.newProxyInstance(
                configuration.getClassLoader(),
                new Class<?>[] {configuration},
                (_, method, _) -> method.getDefaultValue()));
    }
}
