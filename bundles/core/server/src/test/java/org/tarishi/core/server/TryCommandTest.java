package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.HookResult;

/** What the command line's try does, and what it leaves alone. */
final class TryCommandTest {

    private final FakeHooks hooks = new FakeHooks();
    private final FakeStore store = new FakeStore();
    private final Server server = new Server(
            Stage.settings(Map.of("hostname", "mx.test")),
            Clock.fixed(Stage.NOON, ZoneOffset.UTC),
            _ -> new FakeProbes(),
            Thread::startVirtualThread);
    private final StringBuilder out = new StringBuilder();
    private final AtomicReference<SmtpConnection> seen = new AtomicReference<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        server.bindHooks(hooks);
        server.bindStore(store);
        listener("smtp", ListenerMode.SMTP);
        hooks.answers.put(Moment.RCPT, subject -> {
            seen.set(Objects.requireNonNull(subject.connection()));
            return subject.argument() instanceof Recipient to
                            && to.mailbox().host().ascii().equals("local.example")
                    ? HookResult.OK
                    : HookResult.CONTINUE;
        });
        hooks.on(Moment.QUEUE, HookResult.OK);
    }

    @AfterEach
    void stop() {
        assertThat(hooks.released.get()).as("generations released").isEqualTo(hooks.begun.get());
        assertThat(store.closed.get()).as("messages closed").isEqualTo(store.opened.get());
        assertThat(server.open()).as("sessions that limits count").isZero();
        server.deactivate();
    }

    private void listener(String name, ListenerMode mode) {
        var _ = new Listener(
                name, new ListenerSettings(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), mode), server);
    }

    private int run(String... words) {
        var all = new ArrayList<String>();
        all.add(folder.toString());
        all.addAll(List.of(words));
        return new TryCommand(server).apply(all, out);
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    @Test
    void aSessionIsToldWholeAndNothingIsKept() {
        assertThat(run("--to", "you@local.example", "--client", "192.0.2.7", "--rdns", "mx.example"))
                .isZero();

        assertThat(lines())
                .anyMatch(line -> line.startsWith("try 192.0.2.7:0 at smtp (smtp), as try-"))
                .anyMatch(line -> line.startsWith("S: 220 mx.test ESMTP "))
                .contains("C: EHLO mx.example", "C: MAIL FROM:<sender@example.org>", "C: RCPT TO:<you@local.example>")
                .anyMatch(line -> line.startsWith("S: 250-mx.test Hello mx.example [192.0.2.7]"))
                .anyMatch(line -> line.matches("  rcpt +scripted +0\\.00[12] ms  OK"))
                .contains("S: 354 go ahead, end with a dot on a line of its own", "S: 250 2.0.0 tried, and not kept")
                .anyMatch(line -> line.startsWith("    Subject: tried out"))
                .contains("  queue  not asked, nothing is kept; --queue asks", "C: QUIT")
                .last()
                .isEqualTo("outcome: passed, up to the queue");
        assertThat(hooks.asked).doesNotContain("queue", "queue_ok");
        assertThat(hooks.events).containsExactly("opened", "ended ABORTED", "closed");
    }

    @Test
    void aMessageIsTakenWhenThatIsWanted() {
        assertThat(run("--to", "you@local.example", "--queue")).isZero();

        assertThat(hooks.asked).contains("queue");
        assertThat(hooks.events).contains("ended ACCEPTED");
        assertThat(lines())
                .anyMatch(line -> line.matches("S: 250 2\\.0\\.0 message accepted as try-\\S+\\.1"))
                .last()
                .isEqualTo("outcome: accepted by scripted");
    }

    @Test
    void nobodysOpinionOfARecipientIsShownAsTheRefusalThatItIs() {
        assertThat(run("--to", "you@elsewhere.example")).isEqualTo(1);

        assertThat(lines())
                .anyMatch(line -> line.matches("  rcpt +scripted .* no opinion"))
                .doesNotContain("C: DATA")
                .last()
                .asString()
                .startsWith("outcome: all recipients refused: 550 5.7.1 this mailbox is not served here");
    }

    @Test
    void oneRefusedRecipientOfTwoDoesNotEndIt() {
        assertThat(run("--to", "a@elsewhere.example", "--to", "you@local.example"))
                .isZero();

        assertThat(lines()).last().isEqualTo("outcome: passed, up to the queue, without 1 of 2 recipients");
    }

    @Test
    void whoRefusesIsNamed() {
        hooks.on(Moment.MAIL, HookResult.denySoft("not now"));

        assertThat(run("--to", "you@local.example")).isEqualTo(1);

        assertThat(lines())
                .anyMatch(line -> line.matches("  mail +scripted .* DENYSOFT: not now"))
                .last()
                .isEqualTo("outcome: the sender deferred by scripted: 450 4.7.1 not now");
    }

    @Test
    void aRefusalAtConnectEndsIt() {
        hooks.on(Moment.CONNECT, HookResult.denyDisconnect("go away"));

        assertThat(run("--to", "you@local.example")).isEqualTo(1);

        assertThat(lines())
                .contains("S: 554 5.7.1 go away", "S: (hangs up)")
                .last()
                .isEqualTo("outcome: the connection refused by scripted: 554 5.7.1 go away");
    }

    @Test
    void aPluginThatTakesItsTimeIsWaitedFor() {
        hooks.timing = FakeHooks.Timing.LATER;

        assertThat(run("--to", "you@local.example")).isZero();
    }

    @Test
    void aSlowDiskIsWaitedFor() {
        store.slow = true;
        var helper = Thread.ofVirtual().start(() -> {
            while (!Thread.interrupted()) {
                store.proceed();
                LockSupport.parkNanos(100_000);
            }
        });
        try {
            assertThat(run("--to", "you@local.example")).isZero();
        } finally {
            helper.interrupt();
        }
    }

    @Test
    void pluginsSeeTheClientTheListenerAndAnIdThatTellsWhatItIs() {
        listener("users", ListenerMode.SUBMISSION);

        assertThat(run(
                        "--to",
                        "you@local.example",
                        "--client",
                        "[2001:db8::7]:1234",
                        "--rdns",
                        "",
                        "--helo",
                        "me.example",
                        "--listener",
                        "users",
                        "--relay"))
                .isZero();

        var connection = seen.get();
        assertThat(connection.id()).startsWith(Trial.MARK);
        assertThat(connection.remote().address()).isEqualTo(new InetSocketAddress("2001:db8::7", 1234));
        assertThat(connection.remote().name()).isEmpty();
        assertThat(connection.listener()).isEqualTo("users");
        assertThat(connection.mode()).isEqualTo(ListenerMode.SUBMISSION);
        assertThat(connection.isRelaying()).isTrue();
        assertThat(lines()).contains("C: EHLO me.example");
    }

    @Test
    void aSubmissionListenerRefusesWhoMayNotRelay() {
        listener("users", ListenerMode.SUBMISSION);

        assertThat(run("--to", "you@local.example", "--listener", "users")).isEqualTo(1);
        assertThat(lines()).last().asString().startsWith("outcome: the sender refused: 530 5.7.0");
    }

    @Test
    void lmtpAnswersOnceARecipient() {
        assertThat(run("--to", "a@local.example", "--to", "b@local.example", "--lmtp", "--queue"))
                .isZero();

        assertThat(lines()).anyMatch(line -> line.startsWith("C: LHLO "));
        assertThat(lines().stream().filter(line -> line.contains("message accepted")))
                .hasSize(2);
    }

    @Test
    void parametersStandBehindAnAddressInBrackets() {
        assertThat(run("--to", "you@local.example", "--from", "<a@b.example> SIZE=99999999999"))
                .isEqualTo(1);
        assertThat(lines()).contains("C: MAIL FROM:<a@b.example> SIZE=99999999999");
        assertThat(lines()).last().asString().contains("552 5.3.4");
    }

    @Test
    void theNullSenderIsTwoQuotes() {
        assertThat(run("--to", "you@local.example", "--from", "")).isZero();
        assertThat(lines()).contains("C: MAIL FROM:<>");
    }

    @Test
    void aFileIsSentWithCrlfAndItsDotsDoubled() throws IOException {
        Files.writeString(folder.resolve("mail"), "Subject: a\n\n.b\r\n.\nend");

        assertThat(run("--to", "you@local.example", "--message", "mail")).isZero();
        assertThat(lines()).contains("    Subject: a", "C: (the message)");
    }

    @Test
    void aMessageEndsEachLineAndItselfAsRfc5321Says() throws IOException {
        assertThat(dotted("a\nb\r\nc\rd")).isEqualTo("a\r\nb\r\nc\r\nd\r\n.\r\n");
        assertThat(dotted("..\n.x\n")).isEqualTo("...\r\n..x\r\n.\r\n");
        assertThat(dotted("")).isEqualTo(".\r\n");
        assertThat(dotted("\r")).isEqualTo("\r\n.\r\n");
    }

    private static String dotted(String text) throws IOException {
        var all = new StringBuilder();
        var pieces = new Dotted(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
        for (var piece = pieces.next(1); piece.hasRemaining(); piece = pieces.next(1)) {
            all.append(StandardCharsets.US_ASCII.decode(piece));
        }
        return all.toString();
    }

    @Test
    void aWrongCommandLineIsToldInOneLineAndTheUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("--to")).isEqualTo(2);
        assertThat(run("--to", "a\r\nQUIT")).isEqualTo(2);
        assertThat(run("--to", "a@b", "--client", "nonsense")).isEqualTo(2);
        assertThat(run("--to", "a@b", "--client", "1.2.3.4:99999")).isEqualTo(2);
        assertThat(run("--to", "a@b", "--listener", "none")).isEqualTo(2);
        assertThat(run("--to", "a@b", "--message", "none")).isEqualTo(2);
        assertThat(run("--to", "a@b", "--message", ".")).isEqualTo(2);
        assertThat(run("--wrong")).isEqualTo(2);

        assertThat(lines().stream().filter(line -> line.startsWith("try: ")))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("try: --to is missing"),
                        line -> assertThat(line).isEqualTo("try: --to wants something behind it"),
                        line -> assertThat(line).contains("control character").doesNotContain("\r"),
                        line -> assertThat(line)
                                .contains("--client wants an address")
                                .contains("nonsense"),
                        line -> assertThat(line).contains("--client wants an address"),
                        line -> assertThat(line).isEqualTo("try: there is no listener none; there are: smtp"),
                        line -> assertThat(line).contains("--message can't be read"),
                        line -> assertThat(line).contains("is a folder"),
                        line -> assertThat(line).isEqualTo("try: unknown: --wrong"));
        assertThat(hooks.events).isEmpty();
    }

    @Test
    void whereNothingIsReadyThatIsTheAnswer() {
        server.unbindHooks(hooks);

        assertThat(run("--to", "you@local.example")).isEqualTo(1);
        assertThat(lines()).last().asString().startsWith("outcome: the connection deferred: 421 4.3.2");
    }

    @Test
    void aReaderThatGoesLeavesNothingBehind() {
        var broken = new Appendable() {
            private int left = 8;

            @Override
            public Appendable append(CharSequence text) throws IOException {
                if (--left < 0) {
                    throw new IOException("gone");
                }
                return this;
            }

            @Override
            public Appendable append(CharSequence text, int start, int end) throws IOException {
                return append(text);
            }

            @Override
            public Appendable append(char c) throws IOException {
                return append("");
            }
        };

        assertThatThrownBy(() ->
                        new TryCommand(server).apply(List.of(folder.toString(), "--to", "you@local.example"), broken))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(hooks.events).endsWith("closed");
    }
}
