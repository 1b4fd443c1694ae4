package org.tarishi.core.spi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A question to Declarative Services about components that may just be getting their settings.
 *
 * <p>Felix SCR keeps a component's properties in a field that is null for the moment in which new settings come
 * (SingleComponentManager.getProperties), and copies them without a look: {@code getComponentConfigurationDTOs} throws a
 * NullPointerException to who asks just then.
 *
 * @param <T> the answer
 */
@FunctionalInterface
public interface ComponentQuestion<T> {

    /** Asks once. */
    T ask();

    /**
     * Asks, and again where there was no answer at that moment; it may block for a tenth of a second.
     *
     * @throws NullPointerException where there is none at the twentieth attempt either
     */
    default T answer() {
        for (var attempt = 1; ; attempt++) {
            try {
                return ask();
            } catch (NullPointerException e) {
                if (attempt == 20) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
    }
}
