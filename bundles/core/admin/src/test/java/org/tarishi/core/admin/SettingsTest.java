package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.annotation.Annotation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    /** A configuration of defaults but for one key. */
    private record Written(String key, String value) implements Config {
        private String or(String name, String other) {
            return key.equals(name) ? value : other;
        }

        @Override
        public String[] hosts() {
            return key.equals("hosts") ? new String[] {value} : new String[0];
        }

        @Override
        public String session_idle() {
            return or("session.idle", "PT30M");
        }

        @Override
        public String session_life() {
            return or("session.life", "PT12H");
        }

        @Override
        public int sessions() {
            return Integer.parseInt(or("sessions", "100"));
        }

        @Override
        public int login_failures() {
            return Integer.parseInt(or("login.failures", "5"));
        }

        @Override
        public String login_delay() {
            return or("login.delay", "PT15M");
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return Config.class;
        }
    }

    static Config written(String key, String value) {
        return new Written(key, value);
    }

    @Test
    void theDefaultsAreGood() {
        assertThat(new Settings(new Written("", ""))).isEqualTo(Examples.SETTINGS);
    }

    @Test
    void aHostIsKeptAsItIsCompared() {
        assertThat(new Settings(new Written("hosts", " Console.Example.COM. ")).hosts())
                .containsExactly("console.example.com");
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        hosts          | a.example:80 | hosts: want host names without a port, such as console.example.com: 'a.example:80'
        hosts          | a b          | hosts: want host names without a port, such as console.example.com: 'a b'
        hosts          | *            | hosts: want host names without a port, such as console.example.com: '*'
        hosts          | ''           | hosts: want host names without a port, such as console.example.com: ''
        session.idle   | 30m          | session.idle: want ISO-8601, such as PT30M: '30m'
        session.idle   | PT0S         | session.idle: must be from PT1M to PT24H: PT0S
        session.idle   | PT25H        | session.idle: must be from PT1M to PT24H: PT25H
        session.life   | forever      | session.life: want ISO-8601, such as PT30M: 'forever'
        session.life   | P8D          | session.life: must be from PT1M to PT168H: PT192H
        sessions       | 0            | sessions: must be from 1 to 10000: 0
        sessions       | 10001        | sessions: must be from 1 to 10000: 10001
        login.failures | -1           | login.failures: must be from 1 to 100: -1
        login.delay    | 1            | login.delay: want ISO-8601, such as PT30M: '1'
        login.delay    | PT0.5S       | login.delay: must be from PT1S to PT24H: PT0.5S
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> new Settings(new Written(key, value))).hasMessage(message);
    }
}
