package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.itests.blackbox.Route.Mode;
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

    private static final String LMTP_LISTENER = "org.tarishi.core.server.listener~lmtp";

    private static final String SOCKET_LISTENER = "org.tarishi.core.server.listener~socket";
    private static final String XCLIENT = "org.tarishi.plugin.xclient";
    private static final String PROXY_LISTENER = "org.tarishi.core.server.listener~proxied";

    private static final Set<Kind> SOME = Set.of(Kind.DOTS, Kind.EIGHT_BIT, Kind.ATTACHMENT);

    private final Map<Mode, Route> routes = new EnumMap<>(Mode.class);
    private Path root;
    private Path socketFolder;
    private Instance storing;
    private Instance forwarding;
    private Instance passingOn;
    private ByteSink byteSink;
    private Debian.Server postfixSink;
    private Debian debian;
    private MailServers servers;
    private Path dumps;

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

        private static final Map<Kind, byte[]> MADE = new EnumMap<>(Kind.class);

        /** Made once: what is large takes a while. */
        byte[] message() {
            return MADE.computeIfAbsent(this, Kind::make);
        }

        private byte[] make() {
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

    /** All of it by SMTP and in chunks; by other ways, in which other code reads no more than what comes before a message, some of it. */
    static Stream<Arguments> eachKindFromEachClientByEachRoute() {
        return Stream.of(Mode.values())
                .flatMap(mode -> Stream.of(Client.values())
                        .filter(client -> client.speaks(mode))
                        .flatMap(client -> Stream.of(Kind.values())
                                .filter(kind -> mode == Mode.SMTP || mode == Mode.CHUNKING || SOME.contains(kind))
                                .map(kind -> Arguments.of(client, mode, kind))));
    }

    /** All of it from one of them: what is sent on does not know any more who has sent it. */
    static Stream<Arguments> eachKindFromEachClient() {
        return Stream.of(Client.values())
                // Those two are in front of the storing instance only: what is forwarded came in the same way from
                // others.
                .filter(client -> client != Client.POSTFIX && client != Client.EXIM)
                .flatMap(client -> Stream.of(Kind.values())
                        .filter(kind -> client == Client.SMTPLIB || SOME.contains(kind))
                        .map(kind -> Arguments.of(client, kind)));
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        root = folder;
        debian = new Debian(root.resolve("accounts"));

        int lmtp = Ports.free();
        int proxied = Ports.free();
        // Such a path is short, and a test's folder is not.
        socketFolder = Files.createTempDirectory("t");
        Files.setPosixFilePermissions(socketFolder, PosixFilePermissions.fromString("rwx--x--x"));
        var socket = socketFolder.resolve("lmtp");
        storing = Instance.in(root.resolve("storing"))
                .set(LMTP_LISTENER, "mode", "lmtp")
                .set(LMTP_LISTENER, "port", Integer.toString(lmtp))
                .set(XCLIENT, "xclient", "[ \"" + Client.FRONT_END + "\" ]")
                .set(XCLIENT, "xforward", "[ \"" + Client.FRONT_END + "\" ]")
                .set(SOCKET_LISTENER, "mode", "lmtp")
                .set(SOCKET_LISTENER, "path", socket.toString())
                // Postfix and Exim come as users of their own.
                .set(SOCKET_LISTENER, "permissions", "0666")
                .set(PROXY_LISTENER, "port", Integer.toString(proxied))
                .set(PROXY_LISTENER, "proxyFrom", "[ \"" + MailServers.PROXY_ADDRESS + "\" ]")
                .start();
        routes.put(Mode.SMTP, new Route(Mode.SMTP, storing.smtpPort()));
        routes.put(Mode.CHUNKING, new Route(Mode.CHUNKING, storing.smtpPort()));
        routes.put(Mode.XCLIENT, new Route(Mode.XCLIENT, storing.smtpPort()));
        routes.put(Mode.LMTP, new Route(Mode.LMTP, lmtp));
        routes.put(Mode.LMTP_SOCKET, new Route(Mode.LMTP_SOCKET, 0, socket));
        servers = new MailServers(root.resolve("servers"), debian);
        var ports = Map.of(Mode.PROXY_V1, Ports.free(), Mode.PROXY_V2, Ports.free());
        servers.startHaproxy(ports, proxied);
        ports.forEach((mode, port) -> routes.put(mode, new Route(mode, port)));
        servers.startPostfix(routes.values());

        byteSink = new ByteSink();
        forwarding = forwarding("forwarding", byteSink.port());

        dumps = Files.createDirectory(root.resolve("dumps"));
        int port = Ports.free();
        postfixSink = debian.start(
                root.resolve("sink.out"), "smtp-sink", "-u", "root", "-d", dumps + "/%s.", "127.0.0.1:" + port, "100");
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
        for (var closeable : new AutoCloseable[] {servers, postfixSink, storing, forwarding, passingOn, byteSink}) {
            if (closeable != null) {
                closeable.close();
            }
        }
        Files.deleteIfExists(socketFolder.resolve("lmtp"));
        Files.delete(socketFolder);
    }

    @ParameterizedTest(name = "{2} from {0} by {1}")
    @MethodSource("eachKindFromEachClientByEachRoute")
    void itLiesInTheMaildirByteForByte(Client client, Mode mode, Kind kind) throws Exception {
        var user = user(client, mode, kind);
        var maildir = storing.maildir("example.com", user);
        var direct = route(mode);
        var route = client == Client.POSTFIX ? new Route(mode, servers.postfixPort(mode)) : direct;
        var said = send(client, kind, route, user);
        if (client == Client.POSTFIX) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(maildir.messages())
                            .as(() -> servers.postfixSaid())
                            .hasSize(1));
        }

        var messages = maildir.messages();
        assertThat(messages).as(said).hasSize(1);
        var stored = Files.readAllBytes(messages.getFirst());
        assertThat(new String(stored, 0, Math.min(stored.length, 600), StandardCharsets.ISO_8859_1))
                .contains("Received: from ", "client.example", seenAs(client, mode))
                .contains(mode.isLmtp() ? "LMTP id " : "SMTP id ");
        if (mode == Mode.CHUNKING) {
            assertThat(said).contains("BDAT ");
        }
        assertSame(Maildir.withoutTrace(stored), client.sent(kind.message()));
    }

    /** Who it came from, as the server tells it: not a proxy. */
    private static String seenAs(Client client, Mode mode) {
        if (mode == Mode.XCLIENT) {
            return "(spoken-for.example [" + Client.SPOKEN_FOR + "])";
        }
        return client == Client.POSTFIX && !mode.isLmtp() ? "[" + Client.FRONT_END + "]" : "[127.0.0.1]";
    }

    @Test
    void aRelayTellsForWhomItForwards() throws Exception {
        long since = storing.log().length();
        var route = new Route(Mode.SMTP, servers.postfixPort(Mode.SMTP));
        send(Client.POSTFIX, Kind.DOTS, route, "forwarded");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                storing.maildir("example.com", "forwarded").messages())
                        .as(servers::postfixSaid)
                        .hasSize(1));
        assertThat(storing.logged(since, "forwarded for the message", "addr=127.0.0.1", "helo=client.example"))
                .hasSize(1);
    }

    @ParameterizedTest(name = "{1} from {0}")
    @MethodSource("eachKindFromEachClient")
    void itIsForwardedByteForByte(Client client, Kind kind) throws Exception {
        var user = user(client, Mode.SMTP, kind);
        send(client, kind, new Route(Mode.SMTP, forwarding.smtpPort()), user);

        assertThat(byteSink.messagesTo(user + "@example.com")).hasSize(1).allSatisfy(message -> {
            assertThat(new String(message, 0, 20, StandardCharsets.ISO_8859_1)).contains(":");
            assertSame(Maildir.withoutTrace(message), client.sent(kind.message()));
        });
    }

    /** What smtp-sink writes has the line ends of Unix; {@link #itIsForwardedByteForByte} looks at those that were sent. */
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void itIsForwardedToPostfixesSink(Kind kind) throws Exception {
        var user = user(Client.SMTPLIB, Mode.SMTP, kind);
        send(Client.SMTPLIB, kind, new Route(Mode.SMTP, passingOn.smtpPort()), user);

        var wanted = Client.unix(kind.message());
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            var dumped = dumped(user + "@example.com");
            assertThat(dumped).hasSize(1);
            assertSame(Maildir.withoutTrace(dumped.getFirst()), wanted);
        });
    }

    private Route route(Mode mode) {
        return Objects.requireNonNull(routes.get(mode), () -> "no way in by " + mode);
    }

    /** Sends, and tells what the client said. */
    private String send(Client client, Kind kind, Route route, String user) throws Exception {
        var file = Files.write(root.resolve("message"), client.written(kind.message()));
        var line = client.line(route, user + "@example.com", file);
        var result = Commands.run(Map.of(), client.isUnpacked() ? debian.line(line) : line);
        assertThat(result.code()).as(result.out()).isZero();
        return result.out();
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

    private static String user(Client client, Mode mode, Kind kind) {
        return (client + "-" + mode + "-" + kind)
                .toLowerCase(java.util.Locale.ROOT)
                .replace('_', '-');
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
}
