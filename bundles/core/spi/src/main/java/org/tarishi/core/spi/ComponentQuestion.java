package org.tarishi.core.spi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Asks Declarative Services about components that may just be getting their settings.
 *
 * <p>Felix SCR keeps a component's properties in a field that is null for the moment in which new settings come
 * (SingleComponentManager.getProperties), and copies them without a look: {@code getComponentConfigurationDTOs} throws a
 * NullPointerException to who asks just then.
 */
public final class ComponentQuestion {

    private static final int ATTEMPTS = 20;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    private ComponentQuestion() {}

    /**
     * Asks, and again where there was no answer at that moment; it may block for a tenth of a second.
     *
     * @param question nothing but the question to the component runtime
     * @return the answer
     * @throws NullPointerException where there is none at the twentieth attempt either
     */
    public static <T> T ask(Supplier<T> question) {
        for (var attempt = 1; ; attempt++) {
            try {
                return question.get();
            } catch (NullPointerException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }
}
