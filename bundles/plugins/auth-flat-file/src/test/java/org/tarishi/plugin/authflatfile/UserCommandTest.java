package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.plugin.authflatfile.Fixtures.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.service.CredentialStore.Verdict;
import org.tarishi.api.service.LookupException;
import org.tarishi.testing.FakeConnection;

@Timeout(60)
class UserCommandTest {

    /** A client whose terminal says what a test wants; the launcher's contract in one class. */
    private static final class Client implements Appendable, Function<String, char @Nullable []> {

        private final StringBuilder out = new StringBuilder();
        private final Deque<String> lines = new ArrayDeque<>();
        private final List<String> questions = new ArrayList<>();
        private final List<char[]> given = new ArrayList<>();
        private boolean isTerminal = true;

        @Override
        public char @Nullable [] apply(String question) {
            questions.add(question);
            if (lines.isEmpty() || (!isTerminal && !question.isEmpty())) {
                return null;
            }
            given.add(lines.remove().toCharArray());
            return given.getLast();
        }

        @Override
        public Appendable append(CharSequence text) {
            out.append(text);
            return this;
        }

        @Override
        public Appendable append(CharSequence text, int from, int to) {
            out.append(text, from, to);
            return this;
        }

        @Override
        public Appendable append(char c) {
            out.append(c);
            return this;
        }
    }

    @TempDir
    Path folder;

    private Path conf;
    private Client client = new Client();
    private AuthFlatFile store;

    @BeforeEach
    void make() throws IOException {
        conf = Files.createDirectory(folder.resolve("conf"));
        store = new AuthFlatFile(settings(), conf, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private int run(String... words) {
        client.out.setLength(0);
        var arguments = new ArrayList<>(List.of(folder.toString()));
        arguments.addAll(List.of(words));
        return new UserCommand(store).apply(arguments, client);
    }

    private String said() {
        return client.out.toString();
    }

    private Verdict verify(String user, String password) throws LookupException {
        return store.verify(FakeConnection.from("192.0.2.7"), user, password.toCharArray());
    }

    private void add(String name, String password, String... options) {
        client.lines.add(password);
        var words = new ArrayList<>(List.of("add", name, "--password-stdin"));
        words.addAll(List.of(options));
        assertThat(run(words.toArray(String[]::new))).as(said()).isZero();
    }

    @Test
    void aUserIsAddedByAPasswordTypedTwice() throws Exception {
        client.lines.addAll(List.of("correct horse", "correct horse"));

        assertThat(run("add", "ann@a.example")).isZero();

        assertThat(said()).isEqualTo("user ann@a.example added\n");
        assertThat(client.questions).containsExactly("New password of ann@a.example: ", "Once more: ");
        assertThat(client.given).allSatisfy(text -> assertThat(text).containsOnly('\0'));
        assertThat(verify("ann@a.example", "correct horse")).isEqualTo(Verdict.ACCEPTED);
        assertThat(Files.readString(conf.resolve("users")))
                .startsWith("ann@a.example:{ARGON2ID}$argon2id$v=19$m=64,t=1,p=1$")
                .contains(" SCRAM-SHA-1$4096:", " SCRAM-SHA-256$4096:")
                .doesNotContain("PLAIN");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(conf.resolve("users"))))
                .isEqualTo("rw-------");
    }

    @Test
    void twoDifferentPasswordsAreNone() {
        client.lines.addAll(List.of("correct horse", "correct house"));

        assertThat(run("add", "ann")).isEqualTo(1);

        assertThat(said()).isEqualTo("user: the two are not the same, nothing has changed\n");
        assertThat(conf.resolve("users")).doesNotExist();
    }

    @Test
    void withoutATerminalOneIsToldWhatElseThereIs() {
        client.isTerminal = false;
        client.lines.add("correct horse");

        assertThat(run("add", "ann")).isEqualTo(1);
        assertThat(said())
                .isEqualTo(
                        "user: there is no terminal to ask at: --password-stdin reads the password, --generate makes one\n");

        assertThat(run("add", "ann", "--password-stdin")).isZero();
        assertThat(client.questions).last().isEqualTo("");
    }

    @Test
    void anEmptyStandardInputIsNoPassword() {
        assertThat(run("add", "ann", "--password-stdin")).isEqualTo(1);
        assertThat(said()).isEqualTo("user: no password on standard input\n");
    }

    @Test
    void aGeneratedPasswordIsToldOnceAndWorks() throws Exception {
        assertThat(run("add", "ann", "--generate")).isZero();
        var password = said().strip().replaceFirst(".* password ", "");

        assertThat(password).matches("[a-z2-9]{5}(-[a-z2-9]{5}){4}");
        assertThat(verify("ann", password)).isEqualTo(Verdict.ACCEPTED);

        assertThat(run("passwd", "ann", "--generate")).isZero();
        assertThat(said()).startsWith("user ann, password set, password ").doesNotContain(password);
        assertThat(verify("ann", password)).isEqualTo(Verdict.REJECTED);
    }

    @Test
    void aPasswordIsNeverTakenFromTheCommandLine() {
        assertThat(run("add", "ann", "hunter2hunter2")).isEqualTo(2);
        assertThat(said())
                .startsWith("user: add wants one name behind it\nusage: user add NAME")
                .doesNotContain("hunter2");
        assertThat(run("add", "ann", "--password=hunter2hunter2")).isEqualTo(2);
        assertThat(conf.resolve("users")).doesNotExist();
    }

    @Test
    void anotherPasswordKeepsPlaceSpellingAndStateOfTheUser() throws Exception {
        add("Ann", "correct horse", "--plain");
        add("bob", "battery staple");
        assertThat(run("disable", "ann")).isZero();

        client.lines.add("battery staple");
        assertThat(run("passwd", "ANN", "--password-stdin")).isZero();

        var lines = Files.readAllLines(conf.resolve("users"));
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).startsWith("Ann:!{ARGON2ID}").doesNotContain("PLAIN");
        assertThat(run("enable", "ann")).isZero();
        assertThat(verify("ann", "battery staple")).isEqualTo(Verdict.ACCEPTED);
        assertThat(verify("ann", "correct horse")).isEqualTo(Verdict.REJECTED);
    }

    @Test
    void disablingKeepsTheSecretsAndEnablingGivesThemBack() throws Exception {
        add("ann", "correct horse");
        var before = Files.readString(conf.resolve("users"));

        assertThat(run("disable", "ann")).isZero();
        assertThat(said()).isEqualTo("user ann disabled\n");
        assertThat(verify("ann", "correct horse")).isEqualTo(Verdict.REJECTED);
        assertThat(run("disable", "ann")).isZero();

        assertThat(run("enable", "ann")).isZero();
        assertThat(Files.readString(conf.resolve("users"))).isEqualTo(before);
    }

    @Test
    void theListTellsWhoIsThereAndByWhichSecrets() throws Exception {
        assertThat(run("list")).isZero();
        assertThat(said()).isEqualTo("no user in " + conf.resolve("users") + "\n");

        add("ann", "correct horse", "--plain");
        add("bob", "battery staple");
        assertThat(run("disable", "bob")).isZero();
        assertThat(run("list")).isZero();

        assertThat(said().lines())
                .containsExactly(
                        "ann                              argon2id m=64,t=1,p=1; SCRAM-SHA-1; SCRAM-SHA-256; plain text",
                        "bob                              argon2id m=64,t=1,p=1; SCRAM-SHA-1; SCRAM-SHA-256; disabled");
    }

    @Test
    void removingTakesTheLineAndLeavesComments() throws Exception {
        add("ann", "correct horse");
        add("bob", "battery staple");
        store.file().edit(lines -> {
            lines.add(0, "# staff");
            return lines;
        });

        assertThat(run("remove", "ann")).isZero();

        assertThat(Files.readAllLines(conf.resolve("users")))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("# staff"),
                        line -> assertThat(line).startsWith("bob:"));
        assertThat(verify("ann", "correct horse")).isEqualTo(Verdict.UNKNOWN_USER);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        add ann --generate           | 1 | user: there is a user ann already; user passwd sets another password
        add ANN --generate           | 1 | user: there is a user ANN already; user passwd sets another password
        passwd bob --generate        | 1 | user: there is no user bob
        remove bob                   | 1 | user: there is no user bob
        enable bob                   | 1 | user: there is no user bob
        disable bob                  | 1 | user: there is no user bob
        add a:b --generate           | 1 | user: a name has no colon, no control character, no # in front, and no blank at its ends
        add b --generate --password-stdin | 2 | user: --password-stdin and --generate are two ways to one password
        add b --force                | 2 | user: unknown for add: --force
        remove                       | 2 | user: remove wants one name behind it
        list ann                     | 2 | user: list wants nothing behind it
        lost                         | 2 | user: unknown: lost
        import nowhere.ini           | 1 | user: there is no FOLDER/nowhere.ini
        """)
    void whatCannotBeDoneIsTold(String words, int code, String message) {
        add("ann", "correct horse");

        assertThat(run(words.split(" ", -1))).isEqualTo(code);

        assertThat(said().lines().findFirst().orElseThrow()).isEqualTo(message.replace("FOLDER", folder.toString()));
    }

    @Test
    void aShortPasswordIsNotTaken() {
        client.lines.add("1234567");

        assertThat(run("add", "ann", "--password-stdin")).isEqualTo(1);

        assertThat(said())
                .isEqualTo(
                        "user: a password has 8 characters or more (minLength of org.tarishi.plugin.auth-flat-file)\n");
    }

    @Test
    void helpTellsAll() {
        assertThat(run("--help")).isZero();
        assertThat(said()).startsWith("usage: user add NAME");
        assertThat(run()).isEqualTo(2);
    }

    @Test
    void aFileThatMustBeMendedIsNotChanged() throws Exception {
        add("ann", "correct horse");
        Files.writeString(conf.resolve("users"), "nonsense\n");

        assertThat(run("remove", "ann")).isEqualTo(1);

        assertThat(said())
                .isEqualTo(
                        "user: " + conf.resolve("users") + " must be mended first: line 1: want name:{SCHEME}hash\n");
        assertThat(Files.readString(conf.resolve("users"))).isEqualTo("nonsense\n");
    }

    @Test
    void nothingOfAPasswordIsLogged() {
        try (var log = new Log()) {
            add("ann", "correct horse", "--plain");
            assertThat(run("passwd", "ann", "--generate")).isZero();
            var password = said().strip().replaceFirst(".* password ", "");

            assertThat(log.lines("TRACE"))
                    .contains("ann: added by command", "ann: password set by command")
                    .allSatisfy(line -> assertThat(line).doesNotContain("correct horse", password));
        }
    }

    // -------------------------------------------------------------------------------------------------------- import

    private static final String HARAKA = """
            ; Haraka's
            [core]
            methods=PLAIN,LOGIN,CRAM-MD5
            constrain_sender=true

            [users]
            ann@a.example=hunter2
             bob = pass = word\s
            # cy=nothing
            """;

    @Test
    void theUsersOfHarakaAreTakenOver() throws Exception {
        Files.writeString(folder.resolve("auth_flat_file.ini"), HARAKA);

        assertThat(run("import", "auth_flat_file.ini")).as(said()).isZero();

        assertThat(said())
                .isEqualTo("2 users imported; " + folder.resolve("auth_flat_file.ini")
                        + " holds their passwords in plain text: remove it\n");
        assertThat(verify("ann@a.example", "hunter2")).isEqualTo(Verdict.ACCEPTED);
        assertThat(verify("bob", "pass = word")).isEqualTo(Verdict.ACCEPTED);
        assertThat(verify("cy", "nothing")).isEqualTo(Verdict.UNKNOWN_USER);
        assertThat(Files.readString(conf.resolve("users"))).doesNotContain("hunter2", "PLAIN");
    }

    @Test
    void whoIsThereAlreadyIsReplacedOnlyWhenThatIsWanted() throws Exception {
        Files.writeString(folder.resolve("auth_flat_file.ini"), HARAKA);
        add("bob", "correct horse");

        assertThat(run("import", "auth_flat_file.ini", "--plain")).isZero();
        assertThat(said()).startsWith("bob: is there already, left as it is\n1 users imported;");
        assertThat(verify("bob", "correct horse")).isEqualTo(Verdict.ACCEPTED);
        assertThat(store.secret("ann@a.example", "PLAIN")).isPresent();

        assertThat(run("import", "auth_flat_file.ini", "--replace")).isZero();
        assertThat(verify("bob", "pass = word")).isEqualTo(Verdict.ACCEPTED);
        assertThat(store.secret("ann@a.example", "PLAIN")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [users]\\nann               | user: line 2: want name=password
        [users]\\nann=              | user: line 2: want name=password
        [users]\\nann=hunter2\\nann=hunter3 | user: line 3: ann is there twice
        [core]\\nann=hunter2        | user: FOLDER/users.ini has no user in a section [users]
        [users]\\na:b=hunter2       | user: nothing has changed: a:b: a name has no colon, no control character, no # in front, and no blank at its ends
        """)
    void aFileThatIsNotHarakasIsToldByItsLine(String text, String message) throws Exception {
        Files.writeString(folder.resolve("users.ini"), text.replace("\\n", "\n"));

        assertThat(run("import", "users.ini")).isEqualTo(1);

        assertThat(said()).isEqualTo(message.replace("FOLDER", folder.toString()) + "\n");
        assertThat(conf.resolve("users")).doesNotExist();
    }
}
