package org.tarishi.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.annotation.Annotation;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;

class SettingsTest {

    private record Given(
            int bodyMemory, long totalMemory, String folder, int maxParts, int maxDepth, int maxPartHeaderBytes)
            implements Config {

        static final Given DEFAULTS = new Given(262_144, 0, "", 1000, 50, 1_048_576);

        Given with(String key, String value) {
            return new Given(
                    key.equals("bodyMemory") ? Integer.parseInt(value) : bodyMemory,
                    key.equals("totalMemory") ? Long.parseLong(value) : totalMemory,
                    key.equals("folder") ? value : folder,
                    key.equals("maxParts") ? Integer.parseInt(value) : maxParts,
                    key.equals("maxDepth") ? Integer.parseInt(value) : maxDepth,
                    key.equals("maxPartHeaderBytes") ? Integer.parseInt(value) : maxPartHeaderBytes);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return Config.class;
        }
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            bodyMemory         | -1     | bodyMemory: must be at least 0: -1
            totalMemory        | 1000   | totalMemory: must be 0 for a quarter of the heap, or at least 1048576: 1000
            totalMemory        | -1     | totalMemory: must be 0 for a quarter of the heap, or at least 1048576: -1
            folder             | spool  | folder: must be an absolute path, or empty: spool
            maxParts           | 0      | maxParts: must be at least 1: 0
            maxDepth           | 0      | maxDepth: must be at least 1: 0
            maxDepth           | 1001   | maxDepth: must be at most 1000: 1001
            maxPartHeaderBytes | 1023   | maxPartHeaderBytes: must be at least 1024: 1023
            """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(Given.DEFAULTS.with(key, value))).hasMessage(message);
    }

    @Test
    void aMessageMayNotHaveMoreMemoryThanAllTogether() {
        var given = Given.DEFAULTS.with("totalMemory", "1048576").with("bodyMemory", "1048577");
        assertThatThrownBy(() -> new Settings(given))
                .hasMessage("bodyMemory: must not be more than totalMemory, 1048576: 1048577");
    }

    @Test
    void aFolderThatIsNoPathIsRefusedByName() {
        assertThatThrownBy(() -> new Settings(Given.DEFAULTS.with("folder", "/a\u0000b")))
                .hasMessage("folder: not a path: /a\\u0000b");
    }

    @Test
    void theDefaultsAreAQuarterOfTheHeapAndTheDataFolder() {
        assertThat(new Settings(Given.DEFAULTS).totalMemory())
                .isEqualTo(Runtime.getRuntime().maxMemory() / 4);
        assertThatThrownBy(() -> new SpoolingMessageStore(null, new Settings(Given.DEFAULTS)))
                .hasMessage("folder: must be set where the framework property tarishi.data is not");
    }

    @Test
    void aBadChangeLeavesTheOldSettingsInForceAndAGoodOneCountsForTheNextMessage(@TempDir Path data) throws Exception {
        var store = new SpoolingMessageStore(data.toString(), new Settings(Given.DEFAULTS));
        var before = store.open("a", Framing.DOT, BareLineEnds.REFUSE, Receiving.WIDE);
        assertThatThrownBy(() -> store.modified(Given.DEFAULTS.with("maxParts", "0")))
                .hasMessageStartingWith("maxParts");
        Receiving.message(store, Receiving.bytes("x\r\n")).close();
        assertThat(data.resolve("spool")).doesNotExist();

        store.modified(Given.DEFAULTS
                .with("bodyMemory", "0")
                .with("folder", data.resolve("other").toString()));
        Receiving.message(store, Receiving.bytes("x\r\n")).close();
        assertThat(data.resolve("other")).exists();
        before.abort();
    }
}
