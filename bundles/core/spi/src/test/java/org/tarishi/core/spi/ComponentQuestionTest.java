package org.tarishi.core.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ComponentQuestionTest {

    private final AtomicInteger asked = new AtomicInteger();

    /** A component that is just getting its settings when it is asked for the first so many times. */
    private ComponentQuestion<String> component(int torn) {
        return () -> {
            if (asked.incrementAndGet() <= torn) {
                throw new NullPointerException("m");
            }
            return "active";
        };
    }

    @Test
    void whoAnswersIsAskedOnce() {
        assertThat(component(0).answer()).isEqualTo("active");
        assertThat(asked).hasValue(1);
    }

    @Test
    void whoIsJustGettingItsSettingsIsAskedAgain() {
        assertThat(component(19).answer()).isEqualTo("active");
        assertThat(asked).hasValue(20);
    }

    @Test
    void whoNeverAnswersIsNotAskedForEver() {
        assertThat(catchThrowable(() -> component(Integer.MAX_VALUE).answer()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("m");
        assertThat(asked).hasValue(20);
    }

    @Test
    void whatElseIsThrownComesAtOnce() {
        ComponentQuestion<String> question = () -> {
            asked.incrementAndGet();
            throw new IllegalStateException("going down");
        };
        assertThat(catchThrowable(question::answer)).isInstanceOf(IllegalStateException.class);
        assertThat(asked).hasValue(1);
    }
}
