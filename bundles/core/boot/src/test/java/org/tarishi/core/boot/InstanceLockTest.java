package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {

    @TempDir
    Path run;

    @Test
    void aSecondInstanceOnOneBaseIsRefused() throws Refusal {
        var lock = InstanceLock.take(run, Path.of("/base"));
        try {
            assertThat(InstanceLock.isHeld(run)).isTrue();
            assertThatThrownBy(() -> InstanceLock.take(run, Path.of("/base")))
                    .hasMessage("/base is in use by process "
                            + ProcessHandle.current().pid()
                            + ": stop that instance, or choose another folder with --base DIR")
                    .asInstanceOf(type(Refusal.class))
                    .extracting(Refusal::exitCode)
                    .isEqualTo(75);
        } finally {
            lock.close();
        }
        assertThat(InstanceLock.isHeld(run)).isFalse();
    }

    @Test
    void whatACrashLeftBehindIsNoObstacle() throws Refusal, IOException {
        Files.writeString(run.resolve("pid"), "1\n");
        Files.writeString(run.resolve("lock"), "");

        InstanceLock.take(run, run).close();

        assertThat(InstanceLock.pid(run)).hasValue(ProcessHandle.current().pid());
    }

    @Test
    void nothingIsHeldWhereNothingWasEver() throws Refusal {
        assertThat(InstanceLock.isHeld(run.resolve("absent"))).isFalse();
        assertThat(InstanceLock.pid(run)).isEmpty();
    }

    /** As another user's instance does, whose folders can't be entered; root can, so here something else is in the way. */
    @Test
    void whatCannotBeLookedIntoIsNotSaidToBeStopped() throws IOException {
        var file = Files.writeString(run.resolve("file"), "");

        assertThatThrownBy(() -> InstanceLock.isHeld(file))
                .hasMessageStartingWith("cannot look into an instance: ")
                .hasMessageContaining(file.resolve("lock").toString())
                .asInstanceOf(type(Refusal.class))
                .extracting(Refusal::exitCode)
                .isEqualTo(73);
    }
}
