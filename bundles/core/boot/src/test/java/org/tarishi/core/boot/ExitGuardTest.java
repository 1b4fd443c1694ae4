package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a class that would end the process. */
final class ExitGuardTest {

    /** Ends the process in each way that stands in a class file. */
    public static final class Exiting implements IntConsumer {
        @Override
        public void accept(int way) {
            var text = new StringBuilder();
            try {
                for (int i = 0; i < way; i++) {
                    text.append(i);
                }
                if (way == 0) {
                    System.exit(1);
                } else if (way == 1) {
                    Runtime.getRuntime().exit(text.length());
                } else if (way == 2) {
                    Runtime.getRuntime().halt(1);
                } else if (way == 3) {
                    Runnable later = () -> System.exit(3);
                    later.run();
                }
            } finally {
                text.append("end");
            }
            if (way < 4) {
                throw new IllegalStateException("it was not refused");
            }
        }
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        var name = type.getName().replace('.', '/') + ".class";
        try (var in = Objects.requireNonNull(type.getClassLoader()).getResourceAsStream(name)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    /** Loads the guarded class and nothing else by itself. */
    private static final class Loader extends ClassLoader {
        Loader() {
            super(ExitGuardTest.class.getClassLoader());
        }

        Class<?> define(String name, byte[] bytes) {
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private static IntConsumer guarded() throws Exception {
        var bytes = bytes(Exiting.class);
        assertThat(ExitGuard.mentionsExit(bytes)).isTrue();
        var woven = ExitGuard.guarded(bytes, Objects.requireNonNull(ExitGuardTest.class.getClassLoader()));
        return (IntConsumer) new Loader()
                .define(Exiting.class.getName(), woven)
                .getConstructor()
                .newInstance();
    }

    @ParameterizedTest
    @CsvSource({
        "0, java.lang.System.exit",
        "1, java.lang.Runtime.exit",
        "2, java.lang.Runtime.halt",
        "3, java.lang.System.exit"
    })
    void aCallThatWouldEndTheProcessIsAnExceptionOfItsCaller(int way, String named) throws Exception {
        var exiting = guarded();
        assertThatThrownBy(() -> exiting.accept(way))
                .isInstanceOf(SecurityException.class)
                .hasMessage("a plugin must not end the server: " + named + " is refused");
    }

    @Test
    void theRestOfTheClassDoesWhatItDid() throws Exception {
        guarded().accept(4);
    }

    @Test
    void aClassWithoutSuchACallIsLetThroughUnread() throws Exception {
        assertThat(ExitGuard.mentionsExit(bytes(Loader.class))).isFalse();
    }
}
