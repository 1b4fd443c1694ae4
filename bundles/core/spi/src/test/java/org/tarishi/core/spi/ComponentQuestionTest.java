package org.tarishi.core.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class ComponentQuestionTest {

    private final AtomicInteger asked = new AtomicInteger();

    /** A component that is just getting its settings when it is asked for the first so many times. */
    private Supplier<String> component(int torn) {
        return () -> {
            if (asked.incrementAndGet() <= torn) {
                throw new NullPointerException("m");
            }
            return "active";
        };
    }

    @Test
    void whoAnswersIsAskedOnce() {
        assertThat(ComponentQuestion.ask(component(0))).isEqualTo("active");
        assertThat(asked).hasValue(1);
    }

    @Test
    void whoIsJustGettingItsSettingsIsAskedAgain() {
        assertThat(ComponentQuestion.ask(component(19))).isEqualTo("active");
        assertThat(asked).hasValue(20);
    }

    @Test
    void whoNeverAnswersIsNotAskedForEver() {
        assertThat(catchThrowable(() -> ComponentQuestion.ask(component(Integer.MAX_VALUE))))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("m");
        assertThat(asked).hasValue(20);
    }

    @Test
    void whatElseIsThrownComesAtOnce() {
        assertThat(catchThrowable(() -> ComponentQuestion.ask(() -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("going down");
                })))
                .isInstanceOf(IllegalStateException.class);
        assertThat(asked).hasValue(1);
    }
}
