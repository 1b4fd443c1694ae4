package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path run;

    private static int echo(String folder, String name, List<String> arguments, Appendable out) throws IOException {
        if (name.equals("fail")) {
            throw new IllegalStateException("broken\u001b");
        }
        out.append(folder)
                .append('\n')
                .append(name)
                .append(' ')
                .append(String.join("|", arguments))
                .append('\n');
        return 42;
    }

    @Test
    void aCommandRunsWithTheClientsFolderAndItsArgumentsAsTyped() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::echo, PATIENCE)) {
            var out = new ByteArrayOutputStream();

            var code = ControlClient.run(run, "plugin", List.of("install", "", "ä b"), out);

            assertThat(code).isEqualTo(42);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .isEqualTo(Path.of("").toAbsolutePath() + "\nplugin install||ä b\n");
            assertThat(server).isNotNull();
        }
        assertThat(run.resolve("control")).doesNotExist();
    }

    @Test
    void aDashBehindAnOptionIsAFileWithWhatStandardInputSays() throws IOException {
        try (var server = ControlServer.open(
                run,
                (folder, name, arguments, out) -> {
                    out.append(arguments.get(0)).append(' ').append(Files.readString(Path.of(arguments.get(1))));
                    return 0;
                },
                PATIENCE)) {
            var in = new ByteArrayInputStream("typed".getBytes(StandardCharsets.UTF_8));
            var out = new ByteArrayOutputStream();

            assertThat(ControlClient.run(run, "x", List.of("--file", "-"), in, out))
                    .isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("--file typed");
            assertThat(server).isNotNull();
        }
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void aDashElsewhereIsADash() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::echo, PATIENCE)) {
            var in = new ByteArrayInputStream(new byte[0]);
            var out = new ByteArrayOutputStream();

            var _ = ControlClient.run(run, "config", List.of("set", "-"), in, out);

            assertThat(out.toString(StandardCharsets.UTF_8)).endsWith("\nconfig set|-\n");
            assertThat(server).isNotNull();
        }
    }

    private static int asks(String folder, String name, List<String> arguments, Appendable out) throws IOException {
        // The contract of commands names these types.
        @SuppressWarnings("unchecked")
        var ask = (Function<String, char @Nullable []>) out;
        for (var question : arguments) {
            out.append("said: ");
            var answer = ask.apply(question);
            out.append(answer == null ? "nothing" : "'" + new String(answer) + "'")
                    .append('\n');
        }
        return 0;
    }

    @Test
    void aCommandReadsLinesOfStandardInputAndNoneIsInAFile() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::asks, PATIENCE)) {
            var in = new ByteArrayInputStream("sécret\r\n\nlast".getBytes(StandardCharsets.UTF_8));
            var out = new ByteArrayOutputStream();

            assertThat(ControlClient.run(run, "x", List.of("", "", "", ""), in, out))
                    .isZero();

            assertThat(out.toString(StandardCharsets.UTF_8))
                    .isEqualTo("said: 'sécret'\nsaid: ''\nsaid: 'last'\nsaid: nothing\n");
            assertThat(server).isNotNull();
        }
    }

    /** There is none where tests run. */
    @Test
    void withoutATerminalAQuestionHasNoAnswerAndStandardInputIsLeftAlone() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::asks, PATIENCE)) {
            var in = new ByteArrayInputStream("secret\n".getBytes(StandardCharsets.UTF_8));
            var out = new ByteArrayOutputStream();

            assertThat(ControlClient.run(run, "x", List.of("Password: ", ""), in, out))
                    .isZero();

            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("said: nothing\nsaid: 'secret'\n");
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aLineThatIsTooLongIsNotSent() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::asks, PATIENCE)) {
            var in = new ByteArrayInputStream(
                    "x".repeat(Keyboard.LONGEST_LINE + 1).getBytes(StandardCharsets.UTF_8));

            assertThatIOException()
                    .isThrownBy(() -> ControlClient.run(run, "x", List.of(""), in, new ByteArrayOutputStream()))
                    .withMessageContaining("4096");
            assertThat(ControlClient.run(run, "x", List.of(), new ByteArrayOutputStream()))
                    .isZero();
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aClientThatGoesInsteadOfAnsweringEndsTheCommand() throws Exception {
        var told = new CompletableFuture<Exception>();
        ControlServer.Commands commands = (folder, name, arguments, out) -> {
            try {
                return asks(folder, name, arguments, out);
            } catch (UncheckedIOException e) {
                told.complete(e);
                throw e;
            }
        };
        try (var server = ControlServer.open(run, commands, PATIENCE)) {
            try (var client = SocketChannel.open(UnixDomainSocketAddress.of(run.resolve("control")))) {
                Wire.request(new DataOutputStream(Channels.newOutputStream(client)), List.of("/", "x", "Password: "));
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(1);
            }

            assertThat(told.get(20, TimeUnit.SECONDS)).hasMessage("the client has gone");
            assertThat(server).isNotNull();
        }
    }

    @Test
    void largeOutputArrivesWhole() throws IOException {
        var text = "0123456789ä".repeat(50_000);
        try (var server = ControlServer.open(
                run,
                (folder, name, arguments, out) -> {
                    out.append(text);
                    return 0;
                },
                PATIENCE)) {
            var out = new ByteArrayOutputStream();

            assertThat(ControlClient.run(run, "x", List.of(), out)).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aCommandThatFailsIsToldAndTheNextOneRuns() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::echo, PATIENCE)) {
            var out = new ByteArrayOutputStream();

            assertThat(ControlClient.run(run, "fail", List.of(), out)).isEqualTo(Refusal.SOFTWARE);
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .isEqualTo("fail failed: java.lang.IllegalStateException: broken\\u001b\n");
            assertThat(ControlClient.run(run, "x", List.of(), out)).isEqualTo(42);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aClientThatSaysNothingIsHungUpOn() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::echo, Duration.ofMillis(50));
                var client = SocketChannel.open(UnixDomainSocketAddress.of(run.resolve("control")))) {
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aClientThatSpeaksNonsenseIsHungUpOnAndOthersAreServed() throws IOException {
        try (var server = ControlServer.open(run, ControlTest::echo, PATIENCE);
                var client = SocketChannel.open(UnixDomainSocketAddress.of(run.resolve("control")))) {
            client.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(ControlClient.run(run, "x", List.of(), new ByteArrayOutputStream()))
                    .isEqualTo(42);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aSocketThatACrashLeftBehindIsReplaced() throws IOException {
        Files.writeString(run.resolve("control"), "");

        try (var server = ControlServer.open(run, ControlTest::echo, PATIENCE)) {
            assertThat(ControlClient.run(run, "x", List.of(), new ByteArrayOutputStream()))
                    .isEqualTo(42);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aPathTooLongForASocketIsNamedInAFile() throws IOException {
        var deep = Files.createDirectories(run.resolve("x".repeat(120)));

        try (var server = ControlServer.open(deep, ControlTest::echo, PATIENCE)) {
            var place = Path.of(Files.readString(deep.resolve("control.path")).strip());

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place.resolveSibling("."))))
                    .isEqualTo("rwx------");
            assertThat(ControlClient.run(deep, "x", List.of(), new ByteArrayOutputStream()))
                    .isEqualTo(42);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void whereNobodyListensTheClientIsTold() {
        assertThatIOException().isThrownBy(() -> ControlClient.run(run, "x", List.of(), new ByteArrayOutputStream()));
    }
}
