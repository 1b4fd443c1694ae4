package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final Path HOME = Path.of("/home");

    @Test
    void theBaseMayStandAnywhereAndTheCommandKeepsItsOwnOptions() throws Refusal {
        assertThat(Options.parse(List.of("plugin", "install", "--base", "/a/../b", "--set", "x.jar"), HOME))
                .isEqualTo(new Options(
                        "plugin", Path.of("/b"), List.of(), false, false, List.of("install", "--set", "x.jar")));
    }

    @Test
    void runTakesSettingsAndTheLastBase() throws Refusal {
        assertThat(Options.parse(List.of("run", "--base", "/a", "--set", "p:k=v", "--welcome", "--base", "/b"), HOME))
                .isEqualTo(
                        new Options("run", Path.of("/b"), List.of(new Setting("p", "k", "v")), true, false, List.of()));
    }

    @Test
    void withoutABaseTheDistributionIsTheInstance() throws Refusal {
        assertThat(Options.parse(List.of("status"), HOME).base()).isEqualTo(HOME);
    }

    @Test
    void anUnknownOptionOfRunIsRefused() {
        assertThatThrownBy(() -> Options.parse(List.of("run", "--bas", "/a"), HOME))
                .hasMessageStartingWith("no such option: --bas\nusage: ");
        assertThatThrownBy(() -> Options.parse(List.of("run", "--set"), HOME)).hasMessage("--set: want PID:key=value");
        assertThatThrownBy(() -> Options.parse(List.of("stop", "--base"), HOME)).hasMessage("--base: want a folder");
        assertThatThrownBy(() -> Options.parse(List.of(), HOME)).hasMessageStartingWith("usage: ");
    }
}
