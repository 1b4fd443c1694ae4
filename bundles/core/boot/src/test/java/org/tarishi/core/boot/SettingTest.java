package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTest {

    @TempDir
    Path conf;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        nonsense        | want PID:key=value
        pid:key         | want PID:key=value
        :key=value      | want PID:key=value
        pid:=value      | want PID:key=value
        ../../etc:a=b   | not a PID: '../../etc'
        a/b:c=d         | not a PID: 'a/b'
        .hidden:a=b     | not a PID: '.hidden'
        a~b~c:d=e       | not a PID: 'a~b~c'
        a~:d=e          | not a PID: 'a~'
        pid:k y=v       | not a key: 'k y'
        pid:#k=v        | not a key: '#k'
        pid:k=[ "a"     | the list has no ]
        """)
    void aMalformedOneIsRefusedInOneLine(String argument, String why) {
        assertThatThrownBy(() -> Setting.parse(argument))
                .hasMessage("--set " + argument + ": " + why)
                .asInstanceOf(type(Refusal.class))
                .extracting(Refusal::exitCode)
                .isEqualTo(64);
    }

    @Test
    void aControlCharacterIsRefusedAndDoesNotReachTheTerminal() {
        assertThatThrownBy(() -> Setting.parse("pid:key=a\nevil = b"))
                .hasMessage("--set pid:key=a\\nevil = b: the value holds a control character");
    }

    @Test
    void aFactorysInstanceAndAValueWithEqualsSignsAreRead() throws Refusal {
        assertThat(Setting.parse("org.example~smtp:key.a-b= x=y:z "))
                .isEqualTo(new Setting("org.example~smtp", "key.a-b", "x=y:z"));
    }

    @Test
    void theFileIsMadeAndThenChanged() throws Refusal, IOException {
        Setting.parse("org.example~smtp:port=0").write(conf);
        Setting.parse("org.example~smtp:host=127.0.0.1").write(conf);
        Setting.parse("org.example~smtp:port=25").write(conf);

        assertThat(conf.resolve("org.example~smtp.cfg")).hasContent("port = 25\nhost = 127.0.0.1\n");
        assertThat(conf).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void aFileThatCannotBeReadIsLeftAsItIs() throws IOException {
        var file = Files.writeString(conf.resolve("pid.cfg"), "nonsense\n");

        assertThatThrownBy(() -> Setting.parse("pid:key=value").write(conf))
                .hasMessage(file + ": line 1: want key = value");
        assertThat(file).hasContent("nonsense\n");
    }
}
