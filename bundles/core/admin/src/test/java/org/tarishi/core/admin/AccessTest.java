package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
    private static final String HERE = "127.0.0.1";

    @TempDir
    Path data;

    private final TestClock clock = new TestClock();
    private Access access = new Access(Examples.SETTINGS, Path.of("missing"), clock, new SecureRandom());

    @BeforeEach
    void start() {
        access = again();
    }

    private Access again() {
        return new Access(Examples.SETTINGS, data, clock, new SecureRandom());
    }

    private String logIn(String user, String password) {
        return switch (access.logIn(user, password, HERE)) {
            case Access.Outcome.Admitted(var id) -> id;
            case Access.Outcome.Refused() -> "refused";
            case Access.Outcome.Later(var delay) -> "later " + delay.toSeconds();
        };
    }

    private String run(int code, String... words) {
        var out = new StringBuilder();
        var arguments = new ArrayList<>(List.of("/somewhere"));
        arguments.addAll(List.of(words));
        assertThat(new ConsoleCommand(access).apply(arguments, out)).isEqualTo(code);
        return out.toString();
    }

    @Test
    void aPasswordIsReadableLongAndKeptOverARestart() throws IOException {
        var password = access.add("admin");
        access = again();

        assertThat(password).matches("(?:[a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}");
        assertThat(access.session(logIn("admin", password))).map(Session::user).contains("admin");
        assertThat(Files.readString(data.resolve("admin/users"))).doesNotContain(password);
    }

    @Test
    void unknownUsersAndWrongPasswordsGetTheSameAnswer() throws IOException {
        var password = access.add("admin");

        assertThat(List.of(logIn("admin", "wrong"), logIn("nobody", password), logIn("", password), logIn("admin", "")))
                .containsOnly("refused");
    }

    @Test
    void withoutAnyUserNobodyLogsIn() {
        assertThat(logIn("admin", "admin")).isEqualTo("refused");
    }

    @Test
    void afterFiveWrongPasswordsEvenTheRightOneWaits() throws IOException {
        var password = access.add("admin");
        for (var i = 0; i < 5; i++) {
            assertThat(logIn("admin", "wrong" + i)).isEqualTo("refused");
        }

        assertThat(logIn("admin", password)).isEqualTo("later 1");
        clock.pass(Duration.ofSeconds(1));
        assertThat(access.session(logIn("admin", password))).isPresent();
        assertThat(logIn("admin", "wrong")).isEqualTo("refused");
    }

    @Test
    void aNewPasswordEndsTheOldOneAndItsSessions() throws IOException {
        var old = access.add("admin");
        var session = logIn("admin", old);
        var other = logIn("ops", access.add("ops"));

        var fresh = run(0, "password", "admin").replaceFirst("(?s).*password (\\S+)\n", "$1");

        assertThat(access.session(session)).isEmpty();
        assertThat(access.session(other)).isPresent();
        assertThat(logIn("admin", old)).isEqualTo("refused");
        assertThat(access.session(logIn("admin", fresh))).isPresent();
    }

    @Test
    void changedSettingsLeaveSessionsOpen() throws IOException {
        var session = logIn("admin", access.add("admin"));

        access.modified(SettingsTest.written("session.idle", "PT20M"));

        assertThat(access.session(session)).isPresent();
        assertThat(access.settings().sessionIdle()).isEqualTo(Duration.ofMinutes(20));
        assertThatThrownBy(() -> access.modified(SettingsTest.written("sessions", "0")))
                .hasMessage("sessions: must be from 1 to 10000: 0");
        assertThat(access.settings().sessionIdle()).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void usersComeAndGoByCommand() {
        assertThat(run(0, "user", "add", "admin")).startsWith("user admin, password ");
        assertThat(run(0, "user", "add", "ops")).startsWith("user ops, password ");
        assertThat(run(0, "user", "list")).isEqualTo("admin\nops\n");
        assertThat(run(1, "user", "add", "ops")).isEqualTo("console: user ops exists\n");
        assertThat(run(1, "user", "add", "../ops")).startsWith("console: a user's name has 1 to 32 letters");
        assertThat(run(0, "user", "remove", "ops")).isEqualTo("user ops removed\n");
        assertThat(run(1, "user", "remove", "ops")).isEqualTo("console: no such user; there are: admin\n");
        assertThat(run(1, "user", "remove", "admin")).isEqualTo("console: user admin is the only one, and stays\n");
        assertThat(run(1, "password", "nobody")).isEqualTo("console: no such user; there are: admin\n");
        assertThat(again().users()).containsExactly("admin");
    }

    @Test
    void aRemovedUsersSessionsEnd() throws IOException {
        access.add("admin");
        var session = logIn("ops", access.add("ops"));

        access.remove("ops");

        assertThat(access.session(session)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "help", "user", "user add", "user list x", "user drop x", "password a b", "users list"})
    void unknownUsageIsOneLineAndCodeTwo(String words) {
        assertThat(run(2, words.isEmpty() ? new String[0] : words.split(" ")))
                .isEqualTo("usage: console password [USER] | user add NAME | user list | user remove NAME\n");
    }

    @Test
    void anAccountThatCannotBeWrittenIsNoAccount() throws IOException {
        Files.writeString(data.resolve("admin"), "a file where a folder belongs");
        access = again();

        assertThat(run(1, "user", "add", "admin"))
                .startsWith("console: nothing has changed, the accounts can't be written: ");
        assertThat(access.users()).isEmpty();
    }

    @Test
    void accountsThatCannotBeUsedAreRefusedInOneLine() throws IOException {
        access.add("admin");
        var users = data.resolve("admin/users");
        Files.writeString(users, "garbage\n");

        assertThatThrownBy(this::again)
                .hasMessage("console: no login is possible: " + users
                        + ": line 1: want a user name, a blank and a password hash");
    }
}
