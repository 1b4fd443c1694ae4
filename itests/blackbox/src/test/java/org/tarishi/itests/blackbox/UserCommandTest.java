package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users are added, changed and removed while the server runs, and nothing of a password is left anywhere. */
@Timeout(300)
class UserCommandTest {

    private static final String FIRST = "correct-horse-battery";
    private static final String SECOND = "staple-battery-horse";

    @TempDir
    Path root;

    private Instance instance() {
        return Instance.in(root.resolve("base"))
                .optimised()
                .set(Instance.USERS, "hash", "argon2id:m=1024,t=1,p=1")
                .set(Instance.USERS, "scramIterations", "4096")
                .set(Instance.USERS, "checkEvery", "PT0.1S")
                .set("org.tarishi.logging", "level", "TRACE");
    }

    @Test
    void usersComeChangeAndGoWhileTheServerRuns() throws Exception {
        try (var instance = instance().start()) {
            var file = instance.base().resolve("conf/users");
            assertThat(instance.cli("user", "list")).isEqualTo(new Commands.Result(0, "no user in " + file + "\n"));

            assertThat(instance.cliSaying(FIRST + "\n", "user", "add", "ann@a.example", "--password-stdin"))
                    .isEqualTo(new Commands.Result(0, "user ann@a.example added\n"));
            var first = Files.readString(file);
            assertThat(first).startsWith("ann@a.example:{ARGON2ID}$argon2id$v=19$m=1024,t=1,p=1$");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            var generated = instance.cli("user", "add", "bob", "--generate");
            assertThat(generated.out()).matches("user bob added, password [a-z2-9]{5}(-[a-z2-9]{5}){4}\n");

            assertThat(instance.cliSaying(SECOND + "\n", "user", "passwd", "ann@a.example", "--password-stdin"))
                    .isEqualTo(new Commands.Result(0, "user ann@a.example, password set\n"));
            assertThat(Files.readString(file)).doesNotContain(first.strip());

            assertThat(instance.cli("user", "disable", "bob").code()).isZero();
            assertThat(instance.cli("user", "list").out().lines())
                    .containsExactly(
                            "ann@a.example                    argon2id m=1024,t=1,p=1; SCRAM-SHA-1; SCRAM-SHA-256",
                            "bob                              argon2id m=1024,t=1,p=1; SCRAM-SHA-1; SCRAM-SHA-256; disabled");

            assertThat(instance.cli("user", "remove", "bob")).isEqualTo(new Commands.Result(0, "user bob removed\n"));
            assertThat(instance.cli("user", "remove", "bob"))
                    .isEqualTo(new Commands.Result(1, "user: there is no user bob\n"));
            assertThat(instance.cli("user", "add", "cy"))
                    .isEqualTo(
                            new Commands.Result(
                                    1,
                                    "user: there is no terminal to ask at: --password-stdin reads the password, --generate makes one\n"));
            assertThat(instance.stop()).isZero();
            assertThat(places(root, FIRST, SECOND, generated.out().strip().replaceFirst(".* ", "")))
                    .isEmpty();
        }
    }

    @Test
    void aFileThatIsChangedByHandIsFollowedAndABadOneIsToldByItsLineWithoutItsContent() throws Exception {
        try (var instance = instance().start()) {
            assertThat(instance.cliSaying(FIRST + "\n", "user", "add", "ann", "--password-stdin")
                            .code())
                    .isZero();
            var file = instance.base().resolve("conf/users");
            long since = instance.log().length();

            Files.writeString(file, Files.readString(file) + "bob:" + SECOND + "\n");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !instance.logged(since, " ERROR ").isEmpty());
            assertThat(instance.logged(since, " ERROR "))
                    .singleElement()
                    .asString()
                    .contains("line 2: no hash in modular crypt or PHC form; what was read before stays in force");
            assertThat(instance.cli("user", "list").out().lines())
                    .singleElement()
                    .asString()
                    .startsWith("ann ");

            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !instance.logged(since, " ERROR ", "chmod 600").isEmpty());
            assertThat(instance.log()).doesNotContain(SECOND);
        }
    }

    @Test
    void theUsersOfHarakaAreTakenOver() throws Exception {
        try (var instance = instance().start()) {
            var ini =
                    Files.writeString(root.resolve("auth_flat_file.ini"), "[users]\nann=" + FIRST + "\nbob=" + SECOND);

            var imported = instance.cli("user", "import", ini.toString());

            assertThat(imported.code()).as(imported.out()).isZero();
            assertThat(imported.out()).startsWith("2 users imported;");
            Files.delete(ini);
            assertThat(instance.stop()).isZero();
            assertThat(places(root, FIRST, SECOND)).isEmpty();
        }
    }

    /** The files below a folder that hold one of these texts, or its base 64. */
    private static List<Path> places(Path folder, String... secrets) throws IOException {
        var needles = new ArrayList<String>();
        for (var secret : secrets) {
            needles.add(secret);
            needles.add(Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
        }
        var found = new ArrayList<Path>();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var text = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (needles.stream().anyMatch(text::contains)) {
                    found.add(file);
                }
            }
        }
        return found;
    }
}
