package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** The plugin of the README: what stands there is what is built, and it does what is said of it. */
@Timeout(600)
class FirstPluginTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path PROJECT = ROOT.resolve("itests").resolve("first-plugin");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void thePluginOfTheReadmeIsBuiltAndInstalledAsTheReadmeSays() throws Exception {
        var shown = JAVA_BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(shown.find()).isTrue();
        var source = Path.of("src", "main", "java", "com", "example", "Hello.java");
        assertThat(Files.readString(PROJECT.resolve(source))).isEqualTo(shown.group(1));
        Files.createDirectories(folder.resolve(source).getParent());
        Files.copy(PROJECT.resolve(source), folder.resolve(source));
        Files.copy(PROJECT.resolve("pom.xml"), folder.resolve("pom.xml"));

        var built = Commands.run(
                Map.of("JAVA_HOME", System.getProperty("java.home")),
                List.of(
                        "mvn",
                        "-B",
                        "-q",
                        "-f",
                        folder.resolve("pom.xml").toString(),
                        "package",
                        "-Dtarishi=" + Setup.distribution()));

        assertThat(built.code()).as(built.out()).isZero();
        try (var instance = Instance.in(folder.resolve("base")).start()) {
            var installed = instance.cli(
                    "plugin",
                    "install",
                    folder.resolve("target")
                            .resolve("com.example.hello-1.0.0.jar")
                            .toString());
            assertThat(installed.out()).contains("(hello) is in force");
            assertThat(installed.code()).isZero();
            try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
                assertThat(dialog.transact(
                                "me@client.example",
                                "you@localhost",
                                TestMail.of("first", 10).bytes()))
                        .startsWith("250 2.");
            }
            var messages = instance.maildir("localhost", "you").messages();
            assertThat(messages).hasSize(1);
            assertThat(Files.readString(messages.getFirst())).containsPattern("X-Hello: from \\w+\\.1\r\n");
        }
    }
}
