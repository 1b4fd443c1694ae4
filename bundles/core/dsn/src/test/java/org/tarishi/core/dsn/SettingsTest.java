package org.tarishi.core.dsn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.ReturnContent;
import org.tarishi.api.config.InvalidSettingException;

class SettingsTest {

    @Test
    void theDefaultsAreGood() {
        var settings = Samples.settings();
        assertThat(settings.returnContent()).isEqualTo(ReturnContent.HDRS);
        assertThat(settings.mailbox(Samples.HOST)).hasToString("MAILER-DAEMON@mail.example.com");
        assertThat(new ClassesSettings(Samples.defaults(ClassesConfig.class)).rules())
                .isEqualTo("dsn/failure-classes");
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
            host          | not a host     | host: want a domain or nothing: not a host
            host          | [192.0.2.1]    | host: want a domain or nothing: [192.0.2.1]
            from          | ''             | from: want a local part or an address:
            from          | a@b@c          | from: want a local part or an address: a@b@c
            from          | möwe           | from: must be ASCII, not every sender's host takes other addresses: möwe
            returnContent | some           | returnContent: want headers or full: some
            templates     | ''             | templates: want a path below conf, or a whole one:
            templates     | ../dsn         | templates: want a path below conf, or a whole one: ../dsn
            image         | logo.svg       | image: want the name of a .png, .gif, .jpg or .jpeg file, or nothing: logo.svg
            image         | a/logo.png     | image: want the name of a .png, .gif, .jpg or .jpeg file, or nothing: a/logo.png
            checkEvery    | soon           | checkEvery: want ISO-8601, such as PT1S: soon
            checkEvery    | PT0S           | checkEvery: must be PT0.1S to PT1H: PT0S
            checkEvery    | PT2H           | checkEvery: must be PT0.1S to PT1H: PT2H
            """)
    void aBadTextIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(Samples.defaults(Config.class, Map.of(key, value))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "maxReturnedBytes, -1",
        "maxReturnedBytes, 1073741825",
        "maxReturnedHeaderBytes, 1023",
        "maxReturnedHeaderBytes, 1048577",
        "maxReplyChars, 99",
        "maxReplyChars, 10001",
        "maxListedRecipients, 0",
        "maxListedRecipients, 10001",
    })
    void aBadNumberIsRefusedByName(String key, int value) {
        assertThatThrownBy(() -> new Settings(Samples.defaults(Config.class, Map.of(key, value))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageMatching(key + ": must be \\d+ to \\d+: " + value);
    }

    @Test
    void aNameInFromHoldsNoControlAndIsNotEndless() {
        for (var name : new String[] {"a\nb", "a".repeat(101)}) {
            assertThatThrownBy(() -> new Settings(Samples.defaults(Config.class, Map.of("fromName", name))))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith("fromName: ");
        }
    }

    @Test
    void aBadFileOfRulesIsRefusedByName() {
        assertThatThrownBy(() -> new ClassesSettings(Samples.defaults(ClassesConfig.class, Map.of("rules", "../x"))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("rules: ");
        assertThatThrownBy(() -> new ClassesSettings(Samples.defaults(ClassesConfig.class, Map.of("checkEvery", "x"))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("checkEvery: ");
    }
}
