package org.tarishi.core.boot;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears SIGHUP: it ends no server, and has it do what operators send it for.
 *
 * <p>The JDK has signals in a type outside its API only, {@code sun.misc.Signal} of the module {@code jdk.unsupported}; where that is
 * missing, or the process was started to ignore the signal ({@code nohup}), nothing is heard. Until somebody listens, a signal is let
 * pass.
 */
final class HangUp {

    private static final Logger log = LoggerFactory.getLogger(HangUp.class);

    private volatile @Nullable Runnable action;

    private HangUp() {}

    /** Begins to hear; from now on the signal does not end the process. */
    @SuppressWarnings("ReferenceEquality") // a handler is equal to itself alone
    static HangUp hear() {
        var heard = new HangUp();
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            var proxy = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> heard.come();
                            case "equals" -> {
                                return self == arguments[0];
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            case "toString" -> {
                                return "hang-up";
                            }
                            default -> {}
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException e) {
            log.debug("SIGHUP can't be heard", e);
        }
        return heard;
    }

    /** Says what is done at each signal, on a thread of the JVM's that may block. */
    void whenHeard(Runnable deed) {
        action = deed;
    }

    private void come() {
        var deed = action;
        if (deed != null) {
            try {
                deed.run();
            } catch (RuntimeException | LinkageError e) {
                log.error("SIGHUP", e);
            }
        }
    }
}
