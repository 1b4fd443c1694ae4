package org.tarishi.core.tables;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.TableSource;
import org.tarishi.testing.FakeConfiguration;

class TableSchemesTest {

    @TempDir
    Path conf;

    private TableSchemes tables;

    @BeforeEach
    void open() {
        tables = with(new Settings(Duration.ofSeconds(1), 1000, 10, 100_000));
    }

    private TableSchemes with(Settings settings) {
        return new TableSchemes(settings, conf, Clock.systemUTC());
    }

    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource(delimiter = '|', nullValues = "nothing", textBlock = """
        localhost         | inline:localhost,example.com | ''
        EXAMPLE.com       | inline:localhost, Example.COM | ''
        example.org       | inline:localhost,example.com | nothing
        ann               | inline:ann=ann@a.example, b=  | ann@a.example
        b                 | inline:ann=ann@a.example, b=  | ''
        a                 | inline:a=1,a=2               | 1
        # a dot in front: everything below, and not the domain itself
        example.org       | inline:.example.org          | nothing
        .example.org      | inline:.example.org          | ''
        x.example.org     | inline:.example.org          | ''
        y.x.example.org   | inline:.example.org          | ''
        xexample.org      | inline:.example.org          | nothing
        example.org.evil  | inline:.example.org          | nothing
        y.x.example.org   | inline:.org=far,.x.example.org=near | near
        x.example.org     | inline:x.example.org=it,.example.org=below | it
        # patterns match whole keys, without case
        mx1.example.org   | regex:/mx\\d\\.example\\.org/ | ''
        MX1.Example.ORG   | regex:/mx\\d\\.example\\.org/ | ''
        amx1.example.org  | regex:/mx\\d\\.example\\.org/ | nothing
        mx1.example.org.x | regex:/mx\\d\\.example\\.org/ | nothing
        a                 | 'regex:/a|b/'                | ''
        ab                | 'regex:/a|b/'                | nothing
        """)
    void aKeyIsLookedUpInATableThatStandsInItsName(String key, String name, String value) throws Exception {
        var table = tables.open(name.replace("\\\\", "\\"));

        assertThat(table.get(key)).isEqualTo(Optional.ofNullable(value));
        assertThat(table.contains(key)).isEqualTo(value != null);
    }

    @Test
    void aFileHasOneEntryALineWithOrWithoutValue() throws Exception {
        write("list", """
            # hosts that are ours
            example.com

              Ann   ann@a.example, second@a.example
            bob = bob@b.example
            # gone: carl
            bücher.example
            """);

        var table = tables.open("file:list");

        assertThat(table.get("EXAMPLE.COM")).contains("");
        assertThat(table.get("ann")).contains("ann@a.example, second@a.example");
        assertThat(table.get("bob")).contains("bob@b.example");
        assertThat(table.get("BÜCHER.example")).contains("");
        assertThat(table.get("carl")).isEmpty();
        assertThat(table.get("#")).isEmpty();
    }

    @Test
    void aChangedFileIsReadAgain() throws Exception {
        write("list", "one\n");
        var table = tables.open("file:list");

        write("list", "two\n");
        tables.refresh();

        assertThat(table.contains("one")).isFalse();
        assertThat(table.contains("two")).isTrue();
    }

    @Test
    void aChangeOfTheSameSizeWithinTheSameTickIsSeen() throws Exception {
        var tick = FileTime.from(Instant.now());
        write("list", "one\n");
        Files.setLastModifiedTime(conf.resolve("list"), tick);
        var table = tables.open("file:list");

        write("list", "two\n");
        Files.setLastModifiedTime(conf.resolve("list"), tick);
        tables.refresh();

        assertThat(table.contains("two")).isTrue();
    }

    @Test
    void aFileThatIsMissingFailsForNowAndHoldsWhenItComes() throws Exception {
        var table = tables.open("file:later");

        assertThatThrownBy(() -> table.get("one"))
                .isInstanceOf(LookupException.class)
                .hasMessage("file:later: there is no " + conf.resolve("later"));

        write("later", "one\n");
        tables.refresh();

        assertThat(table.contains("one")).isTrue();
    }

    @Test
    void aFileThatTurnsBadLeavesWhatWasReadBeforeInForce() throws Exception {
        write("list", "one\n");
        write("patterns", "a+\n");
        var table = tables.open("file:list");
        var patterns = tables.open("regex:patterns");

        Files.delete(conf.resolve("list"));
        write("patterns", "a+\n(b\n");
        tables.refresh();
        assertThat(table.contains("one")).isTrue();
        assertThat(patterns.contains("aa")).isTrue();

        Files.write(conf.resolve("list"), "b\u00fc\n".getBytes(ISO_8859_1));
        tables.refresh();
        assertThat(table.contains("one")).isTrue();

        write("list", "x".repeat(1001));
        tables.refresh();
        assertThat(table.contains("one")).isTrue();

        write("list", "mended\n");
        tables.refresh();
        assertThat(table.contains("mended")).isTrue();
        assertThat(table.contains("one")).isFalse();
    }

    @Test
    void aFileTooLargeIsNotRead() throws Exception {
        write("list", "x".repeat(1001));

        assertThatThrownBy(() -> tables.open("file:list").get("x"))
                .hasMessage("file:list: " + conf.resolve("list") + " has more than maxFileBytes = 1000");
    }

    @Test
    void otherSettingsReachTablesThatAreOpen() throws Exception {
        write("list", "x".repeat(1001));
        var table = tables.open("file:list");

        tables.modified(FakeConfiguration.of(Config.class, Map.of()));
        tables.refresh();

        assertThat(table.contains("x".repeat(1001))).isTrue();
    }

    @Test
    void aPatternFileTakesNoMorePatternsThanAllowed() throws Exception {
        write("patterns", "a\n".repeat(11));

        assertThatThrownBy(() -> tables.open("regex:patterns").get("a"))
                .hasMessage("regex:patterns: 11 patterns, more than maxPatterns = 10");
    }

    @Test
    @Timeout(10)
    void aPatternThatBacktracksWithoutEndFailsForNowInBoundedTime() {
        var table = tables.open("regex:/(a|aa)+\\1b/");

        assertThatThrownBy(() -> table.get("a".repeat(64)))
                .isInstanceOf(LookupException.class)
                .hasMessage("the pattern (a|aa)+\\1b takes more than regexSteps = 100000 for a key of 64 characters");
    }

    @Test
    @Timeout(10)
    void aPatternThatGoesTooDeepFailsForNow() {
        var table =
                with(new Settings(Duration.ofSeconds(1), 1000, 10, 100_000_000)).open("regex:/(a|b)*/");

        assertThatThrownBy(() -> table.get("ab".repeat(1_000_000)))
                .isInstanceOf(LookupException.class)
                .hasMessageStartingWith("the pattern (a|b)* goes too deep");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "file",
                "file:",
                ":x",
                "inline:a,,b",
                "inline:=b",
                "regex:/(a/",
                "file:../x",
                "file:.",
                "file:a/../../x",
                "file:\0"
            })
    void aNameThatIsNotWellFormedIsRefused(String name) {
        assertThatThrownBy(() -> tables.open(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWholePathMayLieAnywhere(@TempDir Path elsewhere) throws Exception {
        Files.writeString(elsewhere.resolve("list"), "one\n");

        assertThat(tables.open("file:" + elsewhere.resolve("list")).contains("one"))
                .isTrue();
    }

    @Test
    void anotherSchemeIsAskedOfWhoeverHasItNow() throws Exception {
        var table = tables.open("sql:users");
        assertThatThrownBy(() -> table.get("ann"))
                .isInstanceOf(LookupException.class)
                .hasMessage("no source of tables for sql: is installed");

        TableSource first = rest -> key -> Optional.of("first " + rest + " " + key);
        TableSource second = rest -> key -> Optional.of("second " + rest + " " + key);
        var properties = Map.<String, Object>of(TableSource.SCHEME, "sql");
        tables.bindSource(first, properties);
        assertThat(table.get("ann")).contains("first users ann");

        tables.bindSource(second, properties);
        tables.unbindSource(first, properties);
        assertThat(table.get("ann")).contains("second users ann");

        tables.unbindSource(second, properties);
        assertThatThrownBy(() -> table.get("ann")).isInstanceOf(LookupException.class);
    }

    @Test
    void aSourceIsOpenedOnceForEachName() throws Exception {
        var opened = new int[1];
        Table empty = _ -> Optional.empty();
        tables.bindSource(
                _ -> {
                    opened[0]++;
                    return empty;
                },
                Map.of(TableSource.SCHEME, "sql"));
        var table = tables.open("sql:users");

        table.get("a");
        table.get("b");

        assertThat(opened[0]).isEqualTo(1);
    }

    @Test
    void aSourceIsNotLetGoUnderALookUp() throws Exception {
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        TableSource slow = _ -> _ -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.of("whole");
        };
        var properties = Map.<String, Object>of(TableSource.SCHEME, "sql");
        tables.bindSource(slow, properties);
        var table = tables.open("sql:users");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var call = threads.submit(() -> table.get("k"));
            entered.await();
            var gone = threads.submit(() -> tables.unbindSource(slow, properties));

            assertThatThrownBy(() -> gone.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            leave.countDown();

            assertThat(call.get()).contains("whole");
            gone.get();
        }
    }

    @Test
    void noSourceTakesAwayASchemeOfOurOwn() throws Exception {
        tables.bindSource(_ -> _ -> Optional.of("taken"), Map.of(TableSource.SCHEME, "inline"));

        assertThat(tables.open("inline:a").get("b")).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(conf.resolve(name), text);
    }
}
