package org.tarishi.core.hooks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tarishi.api.hook.BodyConsumer;
import org.tarishi.api.hook.BodyHook;
import org.tarishi.api.service.SaslMechanism;

/**
 * The ways into one component: a method handle of its own for each method that it may be called by.
 *
 * <p>This is the one boundary between compiled code of the server and classes of plugins. Behind a plain interface call, or a cast, the
 * optimizing compiler writes the classes that it has seen there into the compiled caller, and that code keeps them loaded while any
 * thread runs it. Callers are shared by all plugins, and under traffic some thread always waits in one, for a disk perhaps: a plugin
 * that was replaced would stay in memory as long as mail flows. A handle that is no constant is not compiled into its caller; what is
 * compiled for it is its component's alone.
 */
final class Entrance {

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

    private final Map<String, MethodHandle> byMethod = new HashMap<>();

    /** Opens what a component of these kinds can be asked. */
    Entrance(Object instance, List<Kind> kinds) {
        for (var kind : kinds) {
            for (var method : kind.type().getMethods()) {
                if (!Modifier.isStatic(method.getModifiers())) {
                    byMethod.put(method.getName(), handle(method).bindTo(instance));
                }
            }
            if (kind.type() == BodyHook.class) {
                open(BodyConsumer.class);
            }
            if (kind.type() == SaslMechanism.class) {
                open(SaslMechanism.Exchange.class);
                byMethod.computeIfPresent(
                        "begin", (_, handle) -> handle.asType(handle.type().changeReturnType(Object.class)));
            }
        }
    }

    /** Opens what a component makes for each message, or each client. */
    private void open(Class<?> type) {
        for (var method : type.getMethods()) {
            var handle = handle(method);
            byMethod.put(method.getName(), handle.asType(handle.type().changeParameterType(0, Object.class)));
        }
    }

    private static MethodHandle handle(Method method) {
        try {
            return LOOKUP.unreflect(method);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns the way to a method of the component, to be called with {@code invokeExact}; those of a {@link BodyConsumer} and of an
     * {@link SaslMechanism.Exchange} take it as an {@code Object} in front.
     */
    MethodHandle to(String method) {
        return Objects.requireNonNull(byMethod.get(method), () -> "it has no " + method);
    }
}
