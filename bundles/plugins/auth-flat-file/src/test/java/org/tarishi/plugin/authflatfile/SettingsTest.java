package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.plugin.authflatfile.Fixtures.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    @Test
    void theShippedSettingsHold() {
        var shipped = new Settings(FakeConfiguration.of(Config.class, Map.of("hashThreads", 3)));

        assertThat(shipped)
                .isEqualTo(new Settings(
                        Path.of("users"),
                        Users.Letters.FOLD,
                        new Argon2(true, 19, 19_456, 2, 1),
                        List.of("SCRAM-SHA-256", "SCRAM-SHA-1"),
                        15_000,
                        false,
                        8,
                        new Ceiling(65_536, 16),
                        3,
                        64,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        16_777_216));
    }

    @Test
    void noThreadsMeansHalfOfTheProcessors() {
        assertThat(settings().hashThreads())
                .isEqualTo(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        argon2id                  | argon2id m=19456,t=2,p=1
        argon2id:t=3              | argon2id m=19456,t=3,p=1
        argon2id:m=47104,t=1,p=1  | argon2id m=47104,t=1,p=1
        bcrypt                    | bcrypt cost=11
        bcrypt:cost=12            | bcrypt cost=12
        scrypt                    | scrypt ln=15,r=8,p=3
        pbkdf2-sha256             | pbkdf2-sha256 i=600000
        pbkdf2-sha512:i=300000    | pbkdf2-sha512 i=300000
        sha256-crypt              | sha256-crypt rounds=500000
        sha512-crypt:rounds=9000  | sha512-crypt rounds=9000
        """)
    void aHashHasTheRecommendedCostsUnlessOthersAreSaid(String text, String label) {
        assertThat(settings("hash", text).recipe().label()).isEqualTo(label);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
        file            | ''                       | file: want a file, such as users, that is none of the settings:\\u0020
        file            | .                        | file: want a file, such as users, that is none of the settings: .
        file            | users/                   | file: want a file, such as users, that is none of the settings: users/
        file            | org.tarishi.chain.cfg    | file: want a file, such as users, that is none of the settings: org.tarishi.chain.cfg
        letterCase      | none                     | letterCase: must be fold or keep: none
        hash            | md5                      | hash: want argon2id, bcrypt, scrypt, pbkdf2-sha256, pbkdf2-sha512, sha256-crypt or sha512-crypt: md5
        hash            | argon2i                  | hash: want argon2id, bcrypt, scrypt, pbkdf2-sha256, pbkdf2-sha512, sha256-crypt or sha512-crypt: argon2i
        hash            | argon2id:                | hash: want parameters such as m=19456,t=2,p=1, each once
        hash            | argon2id:m=64,m=64       | hash: want parameters such as m=19456,t=2,p=1, each once
        hash            | argon2id:x=1             | hash: a parameter that is not known
        hash            | argon2id:m=7             | hash: m must be 8 to 4194304
        hash            | argon2id:m=65537         | hash: argon2id m=65537,t=2,p=1 takes 65537 KiB, more than maxMemory = 65536
        hash            | bcrypt:cost=9            | hash: cost must be 10 to 20
        hash            | bcrypt:cost=16           | hash: bcrypt cost=16 is more work than maxCost = 16 allows
        hash            | pbkdf2-sha256:i=soon     | hash: i must be 10000 to 100000000
        scram           | SCRAM-SHA-512            | scram: want SCRAM-SHA-256 and SCRAM-SHA-1: SCRAM-SHA-512
        scram           | SCRAM-SHA-1 SCRAM-SHA-1  | scram: want each once
        scramIterations | 4095                     | scramIterations: must be 4096 to 10000000: 4095
        scramIterations | 9600001                  | scramIterations: 9600001 iterations of SCRAM are more work than maxCost = 16 allows
        minLength       | 0                        | minLength: must be 1 to 64: 0
        maxMemory       | 1023                     | maxMemory: must be 1024 to 4194304: 1023
        maxCost         | 0                        | maxCost: must be 1 to 1000: 0
        hashThreads     | -1                       | hashThreads: must be 0 to 256: -1
        hashQueue       | 0                        | hashQueue: must be 1 to 10000: 0
        hashWait        | soon                     | hashWait: must be PT0.1S to PT25S: soon
        hashWait        | PT26S                    | hashWait: must be PT0.1S to PT25S: PT26S
        checkEvery      | PT0S                     | checkEvery: must be PT0.1S to PT1H: PT0S
        maxFileBytes    | 0                        | maxFileBytes: must be 1 to 1073741824: 0
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> settings(key, value)).hasMessage(message.replace("\\u0020", " "));
    }

    @Test
    void aHashIsOutdatedWhenItIsOfAnotherSchemeOrCostsLess() {
        var settings = settings("hash", "bcrypt:cost=11");

        assertThat(settings.isOutdated(new Bcrypt(10))).isTrue();
        assertThat(settings.isOutdated(new Bcrypt(11))).isFalse();
        assertThat(settings.isOutdated(new Bcrypt(12))).isFalse();
        assertThat(settings.isOutdated(Argon2.RECOMMENDED)).isTrue();
    }
}
