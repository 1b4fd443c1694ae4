package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.itests.harness.Ports;

/** Other people's programs send mail; it lies in the Maildir, or at another's server, byte for byte but for the trace fields. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsTest {

    private static final String HEAD = String.join(
            "\r\n",
            "From: sender@client.example",
            "To: user@example.com",
            "Subject: a test",
            "Date: Fri, 20 Nov 2026 12:00:00 +0000",
            "Message-ID: <1@client.example>",
            "");
    private static final int MEBIBYTE = 1 << 20;

    private Path root;
    private Instance storing;
    private Instance forwarding;
    private Instance passingOn;
    private ByteSink byteSink;
    private Process postfixSink;
    private Path dumps;

    /** Programs that send mail. */
    enum Client {
        SWAKS {
            @Override
            List<String> line(int port, String recipient, Path file) {
                return List.of(
                        Setup.program("swaks", "swaks").toString(),
                        "--server",
                        "127.0.0.1:" + port,
                        "--helo",
                        "client.example",
                        "--from",
                        "sender@client.example",
                        "--to",
                        recipient,
                        "--data",
                        "@" + file,
                        // It would take blanks behind a % for words of its own, and add line ends.
                        "--no-data-fixup",
                        "--suppress-data",
                        "--timeout",
                        "120s");
            }

            // Sends as is, so that dots and the end are the caller's.
            @Override
            byte[] written(byte[] message) {
                var text = new String(message, StandardCharsets.ISO_8859_1);
                text = (text.startsWith(".") ? "." : "") + text.replace("\r\n.", "\r\n..") + ".\r\n";
                return text.getBytes(StandardCharsets.ISO_8859_1);
            }
        },
        CURL {
            @Override
            List<String> line(int port, String recipient, Path file) {
                return List.of(
                        Setup.program("curl", "curl").toString(),
                        "-sS",
                        "smtp://127.0.0.1:" + port + "/client.example",
                        "--mail-from",
                        "sender@client.example",
                        "--mail-rcpt",
                        recipient,
                        "-T",
                        file.toString());
            }
        },
        SMTPLIB {
            @Override
            List<String> line(int port, String recipient, Path file) {
                var script = """
                        import smtplib, sys
                        message = open(sys.argv[3], "rb").read()
                        with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), "client.example", 120) as smtp:
                            smtp.sendmail("sender@client.example", [sys.argv[2]], message, ["BODY=8BITMIME"])
                        """;
                return List.of(
                        Setup.program("python3", "python3").toString(),
                        "-c",
                        script,
                        Integer.toString(port),
                        recipient,
                        file.toString());
            }
        },
        SMTP_SOURCE {
            @Override
            List<String> line(int port, String recipient, Path file) {
                return List.of(
                        postfix("smtp-source"),
                        "-M",
                        "client.example",
                        "-f",
                        "sender@client.example",
                        "-t",
                        recipient,
                        "-F",
                        file.toString(),
                        "127.0.0.1:" + port);
            }

            // It puts an empty line in front of the final dot.
            @Override
            byte[] sent(byte[] message) {
                return bytes(new String(message, StandardCharsets.ISO_8859_1) + "\r\n");
            }

            // Its files have the line ends of Unix.
            @Override
            byte[] written(byte[] message) {
                return new String(message, StandardCharsets.ISO_8859_1)
                        .replace("\r\n", "\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
        };

        abstract List<String> line(int port, String recipient, Path file);

        /** What such a client sends of this message. */
        byte[] sent(byte[] message) {
            return message;
        }

        /** What has to stand in the file, so that the client sends this message. */
        byte[] written(byte[] message) {
            return message;
        }
    }

    /** Messages that each have been somebody's trouble. */
    enum Kind {
        ONE_BYTE,
        EMPTY_BODY,
        DOTS,
        UTF8,
        EIGHT_BIT,
        ATTACHMENT,
        LONG_HEADER,
        LARGE;

        byte[] message() {
            return switch (this) {
                case ONE_BYTE -> bytes(HEAD + "\r\nx\r\n");
                case EMPTY_BODY -> bytes(HEAD + "\r\n\r\n");
                case DOTS -> bytes(HEAD + "\r\n.\r\n..\r\n.x\r\n...\r\n x .\r\n.\r\n\r\n.\r\n");
                case UTF8 ->
                    (HEAD + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                    + "Content-Transfer-Encoding: 8bit\r\n\r\nJambo, Grüße, こんにちは, 😀, z̈\r\n.привет\r\n")
                            .getBytes(StandardCharsets.UTF_8);
                case EIGHT_BIT -> {
                    var out = new ByteArrayOutputStream();
                    out.writeBytes(bytes(HEAD + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
                            + "Content-Transfer-Encoding: 8bit\r\n\r\n"));
                    for (int b = 0x80; b <= 0xff; b++) {
                        out.write(b);
                    }
                    out.writeBytes(bytes("\r\n"));
                    yield out.toByteArray();
                }
                case ATTACHMENT -> mime(200_000);
                case LONG_HEADER ->
                    bytes(HEAD + "X-Long: " + "a".repeat(900) + "\r\n\t" + "b".repeat(900)
                            + "\r\nreceived-not: here\r\n\r\nbody\r\n");
                // With its encoding just below the shipped limit of 25 MiB.
                case LARGE -> mime(18 * MEBIBYTE);
            };
        }

        private static byte[] mime(int size) {
            var attachment = new byte[size];
            new Random(size).nextBytes(attachment);
            return bytes(HEAD + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=-x\"\r\n\r\n--=-x\r\n"
                    + "Content-Type: text/plain\r\n\r\nSee the attachment.\r\n--=-x\r\n"
                    + "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                    + "Content-Disposition: attachment; filename=\"data.bin\"\r\n\r\n"
                    + Base64.getMimeEncoder().encodeToString(attachment) + "\r\n--=-x--\r\n");
        }
    }

    static Stream<Arguments> eachKindFromEachClient() {
        return Stream.of(Client.values())
                .flatMap(client -> Stream.of(Kind.values()).map(kind -> Arguments.of(client, kind)));
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = folder;
        storing = Instance.in(root.resolve("storing")).start();

        byteSink = new ByteSink();
        forwarding = forwarding("forwarding", byteSink.port());

        dumps = Files.createDirectory(root.resolve("dumps"));
        int port = Ports.free();
        var line = new java.util.ArrayList<>(List.of(postfix("smtp-sink"), "-d", dumps + "/%s."));
        if ("root".equals(System.getProperty("user.name"))) {
            line.addAll(List.of("-u", "root"));
        }
        line.addAll(List.of("127.0.0.1:" + port, "100"));
        var builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("sink.out").toFile());
        builder.environment().putAll(postfixLibraries());
        postfixSink = builder.start();
        passingOn = forwarding("passing on", port);
    }

    private Instance forwarding(String name, int port) throws Exception {
        return Instance.in(root.resolve(name))
                .set(Instance.FORWARD, "host", "127.0.0.1")
                .set(Instance.FORWARD, "port", Integer.toString(port))
                .set(Instance.CHAIN, "plugins", "[ \"in-host-list\", \"smtp-forward\", \"maildir\" ]")
                .start();
    }

    @AfterAll
    void stop() throws Exception {
        for (var closeable : new AutoCloseable[] {storing, forwarding, passingOn, byteSink}) {
            if (closeable != null) {
                closeable.close();
            }
        }
        if (postfixSink != null) {
            postfixSink.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest(name = "{1} from {0}")
    @MethodSource("eachKindFromEachClient")
    void itLiesInTheMaildirByteForByte(Client client, Kind kind) throws Exception {
        var user = user(client, kind);
        send(client, kind, storing, user);

        var messages = storing.maildir("example.com", user).messages();
        assertThat(messages).hasSize(1);
        var stored = Files.readAllBytes(messages.getFirst());
        assertThat(new String(stored, 0, Math.min(stored.length, 600), StandardCharsets.ISO_8859_1))
                .contains("Received: from ", "client.example", "127.0.0.1");
        assertSame(Maildir.withoutTrace(stored), client.sent(kind.message()));
    }

    @ParameterizedTest(name = "{1} from {0}")
    @MethodSource("eachKindFromEachClient")
    void itIsForwardedByteForByte(Client client, Kind kind) throws Exception {
        var user = user(client, kind);
        send(client, kind, forwarding, user);

        assertThat(byteSink.messagesTo(user + "@example.com")).hasSize(1).allSatisfy(message -> {
            assertThat(new String(message, 0, 20, StandardCharsets.ISO_8859_1)).contains(":");
            assertSame(Maildir.withoutTrace(message), client.sent(kind.message()));
        });
    }

    /** What smtp-sink writes has the line ends of Unix; {@link #itIsForwardedByteForByte} looks at those that were sent. */
    @ParameterizedTest(name = "{1} from {0}")
    @MethodSource("eachKindFromEachClient")
    void itIsForwardedToPostfixesSink(Client client, Kind kind) throws Exception {
        var user = user(client, kind);
        send(client, kind, passingOn, user);

        var wanted = unix(client.sent(kind.message()));
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            var dumped = dumped(user + "@example.com");
            assertThat(dumped).hasSize(1);
            assertSame(Maildir.withoutTrace(dumped.getFirst()), wanted);
        });
    }

    private void send(Client client, Kind kind, Instance instance, String user) throws Exception {
        var file = Files.write(root.resolve("message"), client.written(kind.message()));
        var environment = client == Client.SMTP_SOURCE ? postfixLibraries() : Map.<String, String>of();
        var result = Commands.run(environment, client.line(instance.smtpPort(), user + "@example.com", file));
        assertThat(result.code()).as(result.out()).isZero();
    }

    /** What smtp-sink has written for a recipient: the message behind the lines that it puts in front. */
    private List<byte[]> dumped(String recipient) throws IOException {
        var found = new java.util.ArrayList<byte[]>();
        try (var files = Files.list(dumps)) {
            for (var file : files.toList()) {
                var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (text.contains("X-Rcpt-Args: <" + recipient + ">")) {
                    var message = text;
                    while (message.startsWith("X-") || message.startsWith("\t") || message.startsWith(" ")) {
                        message = message.substring(message.indexOf('\n') + 1);
                    }
                    // It ends each message with an empty line.
                    assertThat(message).endsWith("\n\n");
                    found.add(message.substring(0, message.length() - 1).getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        }
        return found;
    }

    private static String user(Client client, Kind kind) {
        return (client + "-" + kind).toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private static void assertSame(byte[] is, byte[] wanted) {
        int differs = java.util.Arrays.mismatch(is, wanted);
        assertThat(differs)
                .as(() -> "differs at " + differs + " of " + is.length + ", want " + wanted.length + ": \""
                        + around(is, differs) + "\", want \"" + around(wanted, differs) + "\"")
                .isEqualTo(-1);
    }

    private static String around(byte[] bytes, int at) {
        int from = Math.max(0, at - 40);
        int end = Math.min(bytes.length, at + 40);
        return from < end ? new String(bytes, from, end - from, StandardCharsets.ISO_8859_1) : "";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] unix(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1)
                .replace("\r\n", "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String postfix(String tool) {
        var file = Setup.postfix().resolve("usr/sbin").resolve(tool);
        if (!Files.isExecutable(file)) {
            throw new IllegalStateException(tool + " is missing in " + Setup.postfix()
                    + ": run itests/verify, which unpacks Debian's package postfix there");
        }
        return file.toString();
    }

    private static Map<String, String> postfixLibraries() {
        return Map.of(
                "LD_LIBRARY_PATH", Setup.postfix().resolve("usr/lib/postfix").toString());
    }
}
