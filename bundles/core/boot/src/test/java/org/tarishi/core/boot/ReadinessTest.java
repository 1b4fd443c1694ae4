package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.launch.Framework;

class ReadinessTest {

    @TempDir
    Path storage;

    private List<String> afterwards = List.of("console");
    private Framework framework = Platform.framework(Map.of(), () -> {});
    private final Readiness readiness = new Readiness(List.of("listeners"), () -> afterwards);

    @BeforeEach
    void aFramework() throws Exception {
        framework = Platform.framework(Map.of("org.osgi.framework.storage", storage.toString()), () -> {});
        framework.init();
        readiness.watch(framework.getBundleContext());
    }

    @AfterEach
    void noFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void aNameThatIsNotThereYetIsNotReady() {
        readiness.frameworkStarted();

        assertThat(readiness.report())
                .isEqualTo(new Readiness.Report(
                        false,
                        false,
                        Map.of("listeners", List.of("not there yet"), "console", List.of("not there yet"))));
    }

    @Test
    void readyIsWhenTheFrameworkHasStartedAndEveryNameSaysSo() {
        register("console", Map.of("ready", true));
        register("listeners", Map.of("ready", true, "lines", List.of("smtp on 127.0.0.1:25\n")));
        register("other", Map.of("ready", false, "lines", List.of("nobody waits for this")));
        assertThat(readiness.report().ready()).isFalse();

        readiness.frameworkStarted();

        assertThat(readiness.report())
                .isEqualTo(new Readiness.Report(
                        true,
                        true,
                        Map.of(
                                "listeners", List.of("smtp on 127.0.0.1:25\\n"),
                                "other", List.of("nobody waits for this"))));
    }

    @Test
    void oneOfTwoOfANameThatIsNotReadyHoldsAll() {
        readiness.frameworkStarted();
        register("listeners", Map.of("ready", true));
        register("listeners", Map.of("ready", false));

        assertThat(readiness.report())
                .isEqualTo(new Readiness.Report(
                        false, false, Map.of("listeners", List.of("not ready"), "console", List.of("not there yet"))));
    }

    @Test
    void whatComesAfterwardsHoldsNobodyUpAndIsTold() {
        readiness.frameworkStarted();
        register("listeners", Map.of("ready", true));

        assertThat(readiness.report())
                .isEqualTo(new Readiness.Report(true, false, Map.of("console", List.of("not there yet"))));

        register("console", Map.of("ready", true));

        assertThat(readiness.report()).isEqualTo(new Readiness.Report(true, true, Map.of()));
    }

    @Test
    void whatDoesNotComeIsNotWaitedFor() {
        readiness.frameworkStarted();
        register("listeners", Map.of("ready", true));
        afterwards = List.of();

        assertThat(readiness.report()).isEqualTo(new Readiness.Report(true, true, Map.of()));
    }

    @Test
    void oneThatThrowsIsNotReadyAndIsTold() {
        readiness.frameworkStarted();
        register("console", Map.of("ready", true));
        register("listeners", () -> {
            throw new IllegalStateException("broken");
        });

        assertThat(readiness.report())
                .isEqualTo(new Readiness.Report(
                        false,
                        false,
                        Map.of(
                                "listeners",
                                List.of("no answer: java.lang.IllegalStateException: broken", "not ready"))));
    }

    private void register(String name, Map<String, Object> answer) {
        register(name, () -> answer);
    }

    private void register(String name, Supplier<Map<String, Object>> supplier) {
        framework
                .getBundleContext()
                .registerService(Supplier.class, supplier, FrameworkUtil.asDictionary(Map.of("tarishi.status", name)));
    }
}
