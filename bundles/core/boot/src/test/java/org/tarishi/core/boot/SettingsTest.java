package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    @TempDir
    Path base;

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        stop.timeout | 0        | stop.timeout: want a whole number from 1 to 3600: '0'
        stop.timeout | 30s      | stop.timeout: want a whole number from 1 to 3600: '30s'
        http.enabled | no       | http.enabled: want true or false: 'no'
        http.host    | a b      | http.host: want an address or a host name: 'a b'
        http.port    | 65536    | http.port: want a whole number from 0 to 65535: '65536'
        http.prot    | 1        | http.prot: no such key; there are stop.timeout, http.enabled, http.host, http.port
        """)
    void aBadValueOfBootIsRefusedByName(String key, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BootSettings.from(Map.of(key, value)))
                .withMessage(message);
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        level       | LOUD | level: want OFF, ERROR, WARN, INFO, DEBUG or TRACE: 'LOUD'
        level.a.b   | 1    | level.a.b: want OFF, ERROR, WARN, INFO, DEBUG or TRACE: '1'
        level.      | INFO | level.: no such key; there are level, level.LOGGER, file.size, file.days, file.total
        file.size   | 5KB  | file.size: want a size of at least 10KB, such as 50MB: '5KB'
        file.size   | big  | file.size: want a size of at least 10KB, such as 50MB: 'big'
        file.days   | 0    | file.days: want a whole number from 1 to 3650: '0'
        file.total  | -1MB | file.total: want a size of at least 10KB, such as 50MB: '-1MB'
        """)
    void aBadValueOfTheLogIsRefusedByName(String key, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LogSettings.from(Map.of(key, value)))
                .withMessage(message);
    }

    @Test
    void nothingSetMeansTheDefaults() {
        assertThat(BootSettings.from(Map.of()))
                .isEqualTo(new BootSettings(Duration.ofSeconds(30), true, "127.0.0.1", 8080));
        assertThat(LogSettings.from(Map.of()))
                .isEqualTo(new LogSettings(Level.INFO, Map.of(), 50L << 20, 14, 1L << 30));
    }

    @Test
    void aBadFileLeavesTheLastGoodValuesInForceAlsoAfterARestart() throws IOException {
        var file = conf("stop.timeout = 5\n");
        assertThat(read().complaint()).isNull();

        conf("stop.timeout = soon\n");

        for (var restart = 0; restart < 2; restart++) {
            var settings = read();
            assertThat(settings.current().stopTimeout()).isEqualTo(Duration.ofSeconds(5));
            assertThat(settings.complaint())
                    .isEqualTo(file + ": stop.timeout: want a whole number from 1 to 3600: 'soon';"
                            + " the last good settings are in force");
        }
    }

    @Test
    void aLiveChangeIsInForceAndABadOneChangesNothing() throws IOException {
        conf("stop.timeout = 5\n");
        var told = new ArrayList<BootSettings>();
        var settings = OwnPid.read(new Folders(base, base), BootSettings.PID, BootSettings::from, told::add);

        settings.accept(Map.of("stop.timeout", 7));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.accept(Map.of("stop.timeout", 0)))
                .withMessageStartingWith("stop.timeout: ");

        assertThat(told).isEqualTo(List.of(settings.current()));
        assertThat(settings.current().stopTimeout()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aListIsRefusedByItsKeyFromAFileAndLive() throws IOException {
        var file = conf("http.host = [ \"127.0.0.1\" ]\n");
        var settings = read();
        assertThat(settings.complaint())
                .isEqualTo(file + ": http.host: want one value, not a list; the last good settings are in force");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.accept(Map.of("http.host", new String[] {"127.0.0.1"})))
                .withMessage("http.host: want one value, not a list");
        assertThat(settings.current()).isEqualTo(BootSettings.from(Map.of()));
    }

    @Test
    void aValueInQuotesIsTheSameAtAStartAsLive() throws IOException {
        conf("http.host = \"127.0.0.2\"\nhttp.enabled = \"false\"\nstop.timeout = \"7\"\n");
        var settings = read();
        assertThat(settings.complaint()).isNull();
        assertThat(settings.current()).isEqualTo(new BootSettings(Duration.ofSeconds(7), false, "127.0.0.2", 8080));
    }

    private OwnPid<BootSettings> read() {
        return OwnPid.read(new Folders(base, base), BootSettings.PID, BootSettings::from, changed -> {});
    }

    private Path conf(String text) throws IOException {
        Files.createDirectories(base.resolve("conf"));
        return Files.writeString(base.resolve("conf").resolve(BootSettings.PID + ".cfg"), text);
    }
}
