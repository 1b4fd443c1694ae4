package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.NoConnectionException;
import org.tarishi.api.service.SmtpClient.Outcome;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.client.FakePeer.Script;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

@Timeout(30)
class ClientTest {

    private static final ReversePath SENDER = ReversePath.parse("<sender@example.org>");
    private static final Terms TERMS = new Terms(Duration.ofSeconds(5), false, false);
    private static final String TEXT = "Subject: x\r\n\r\n.dot\r\nend\r\n";
    private static final String ON_THE_WIRE = "Subject: x\r\n\r\n..dot\r\nend\r\n";

    private final AtomicLong now = new AtomicLong();
    private final List<String> writes = Collections.synchronizedList(new ArrayList<>());
    private final List<SocketChannel> opened = Collections.synchronizedList(new ArrayList<>());
    private volatile Consumer<String> onRead = lastWrite -> {};
    private PooledSmtpClient client = client(Map.of());

    private PooledSmtpClient client(Map<String, Object> settings) {
        return new PooledSmtpClient(
                Configs.settings(settings),
                "client.example",
                now::get,
                host -> List.of(InetAddress.ofLiteral(host)),
                family -> {
                    var channel = new RecordingChannel(SocketChannel.open(family), writes) {
                        @Override
                        public int read(ByteBuffer target) throws IOException {
                            synchronized (writes) {
                                onRead.accept(writes.isEmpty() ? "" : writes.getLast());
                            }
                            return super.read(target);
                        }
                    };
                    opened.add(channel);
                    return channel;
                });
    }

    @AfterEach
    void nothingIsLeftOpen() {
        client.deactivate();
        assertThat(client.connections()).isZero();
        assertThat(opened).noneMatch(SocketChannel::isOpen);
    }

    private static List<Recipient> to(String... addresses) {
        return Arrays.stream(addresses).map(Recipient::parse).toList();
    }

    private Outcome send(FakePeer peer, String... rcpts) throws IOException {
        return send(peer.route(), new FakeMessage(TEXT), false, rcpts);
    }

    private Outcome send(Route route, Message message, boolean allOrNone, String... rcpts) throws IOException {
        var recipients = rcpts.length == 0 ? to("<a@example.com>") : to(rcpts);
        return client.send(route, SENDER, recipients, message, new Terms(Duration.ofSeconds(5), allOrNone, false));
    }

    // What goes out, and in how many writes

    @Test
    void withPipeliningTheEnvelopeIsOneWriteAndTheMessageWithItsDotAnother() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8");
            assertThat(line.take(2)).isEqualTo(ON_THE_WIRE);
        })) {
            var outcome = send(peer, "<a@example.com>", "<b@example.com>");

            assertThat(outcome.decisive()).isEqualTo(Reply.of(250, new EnhancedStatus(2, 0, 0), "taken"));
            assertThat(outcome.recipients()).hasSize(2).allMatch(Reply::isPositive);
            assertThat(outcome.refusal()).isEmpty();
            peer.done();
        }
        assertThat(writes)
                .containsExactly(
                        "EHLO client.example\r\n",
                        "MAIL FROM:<sender@example.org> SIZE=" + TEXT.length()
                                + "\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
                        ON_THE_WIRE + ".\r\n");
    }

    @Test
    void whatTheSenderWantsToHearGoesOnToWhoKnowsOfIt() throws Exception {
        var from = SENDER.withParameters(EsmtpParameters.of(Map.of("RET", "hdrs", "ENVID", "a+2Bb")));
        var rcpt = to("<a@example.com>")
                .getFirst()
                .withParameters(EsmtpParameters.of(Map.of("NOTIFY", "delay,SUCCESS", "ORCPT", "rfc822;x+2By@z")));
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING", "DSN");
                    line.take(1);
                },
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                })) {
            client.send(peer.route(), from, List.of(rcpt), new FakeMessage(TEXT), TERMS);
            assertThat(writes.get(1)).startsWith("""
                    MAIL FROM:<sender@example.org> RET=HDRS ENVID=a+2Bb\r
                    RCPT TO:<a@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+2By@z\r
                    """);
            peer.done(0);
            client.send(peer.route(), from, List.of(rcpt), new FakeMessage(TEXT), TERMS);
            peer.done();
        }
        assertThat(writes)
                .anyMatch(write -> write.startsWith("MAIL FROM:<sender@example.org>\r\nRCPT TO:<a@example.com>\r\n"));
    }

    @Test
    void aBinaryMessageGoesByBdatAlone() throws Exception {
        var text = "A: b\r\n\r\n\r\n.\r\nbare\nbare\r";
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME");
            line.hear("MAIL FROM:<sender@example.org> BODY=BINARYMIME", "RCPT ");
            line.say("250 ok", "250 ok").hear("BDAT " + text.length() + " LAST");
            assertThat(line.hear(text.length())).isEqualTo(text);
            line.say("250 2.0.0 taken");
        })) {
            var outcome = send(peer.route(), new FakeMessage(text).binary(), false);

            assertThat(outcome.decisive()).isEqualTo(Reply.of(250, new EnhancedStatus(2, 0, 0), "taken"));
            peer.done();
        }
    }

    @Test
    void aBinaryMessageIsRefusedHereWhereThePeerTakesNone() throws Exception {
        for (var offer : List.of("8BITMIME", "CHUNKING", "BINARYMIME")) {
            try (var peer = new FakePeer(line -> {
                line.greet("PIPELINING", offer);
                line.take(1);
            })) {
                var outcome = send(peer.route(), new FakeMessage(TEXT).binary(), false);
                assertThat(outcome.refusal())
                        .map(Reply::toString)
                        .hasValueSatisfying(r -> assertThat(r).startsWith("554 5.6.1 "));
                send(peer.route(), new FakeMessage(TEXT), false);
                peer.done();
            }
        }
    }

    @Test
    void withoutPipeliningEachCommandIsOneWriteAndWaitsForItsReply() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("SIZE").hear("MAIL ");
            line.say("250 ok")
                    .hear("RCPT ")
                    .say("250 ok")
                    .hear("RCPT ")
                    .say("250 ok")
                    .hear("DATA")
                    .say("354 go");
            line.hearMessage();
            line.say("250 taken");
        })) {
            assertThat(send(peer, "<a@example.com>", "<b@example.com>").decisive())
                    .isEqualTo(Reply.of(250, "taken"));
            peer.done();
        }
        assertThat(writes).hasSize(6).allMatch(write -> write.endsWith("\r\n"));
        assertThat(writes.subList(0, 5)).allMatch(write -> write.indexOf('\n') == write.length() - 1);
        assertThat(writes.getLast()).isEqualTo(ON_THE_WIRE + ".\r\n");
    }

    @Test
    void aLargeMessageGoesOutInFullBlocksAndTheLastOneEndsWithTheDot() throws Exception {
        var large = "Subject: x\r\n\r\n" + ("x".repeat(76) + "\r\n").repeat(4000);
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            assertThat(line.take(1)).isEqualTo(large);
        })) {
            send(peer.route(), new FakeMessage(large), false);
            peer.done();
        }
        // A write that the socket took in part is followed by one of what is left, so blocks are counted by their ends.
        var blocks = writes.subList(2, writes.size());
        assertThat(blocks.getLast()).endsWith("\r\n.\r\n");
        assertThat(blocks.stream().filter(block -> block.length() == Wire.BLOCK).count())
                .isEqualTo((large.length() + 3) / Wire.BLOCK);
        assertThat(blocks).noneMatch(block -> block.length() > Wire.BLOCK);
    }

    @Test
    void aMessageWhoseDotFallsOnTheEdgeOfABlockLosesNothing() throws Exception {
        for (int shift = -4; shift <= 4; shift++) {
            var text = "x".repeat(Wire.BLOCK - 2 + shift) + "\r\n";
            try (var peer = new FakePeer(line -> {
                line.greet("PIPELINING");
                assertThat(line.take(1)).isEqualTo(text);
            })) {
                assertThat(send(peer.route(), new FakeMessage(text), false)
                                .decisive()
                                .isPositive())
                        .isTrue();
                peer.done();
            }
        }
    }

    @Test
    void manyRecipientsGoOutInGroupsSoThatNeitherSideWaitsForTheOtherToRead() throws Exception {
        var rcpts = IntStream.range(0, 250)
                .mapToObj(i -> "<r" + i + "@example.com>")
                .toArray(String[]::new);
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            for (int group = 0; group < 2; group++) {
                for (int i = 0; i < Session.GROUP; i++) {
                    line.hear(group == 0 && i == 0 ? "MAIL " : "RCPT ");
                }
                line.raw("250 ok\r\n".repeat(Session.GROUP));
            }
            for (int i = 0; i < 51; i++) {
                line.hear("RCPT ");
            }
            line.hear("DATA").raw("250 ok\r\n".repeat(51)).say("354 go");
            line.hearMessage();
            line.say("250 taken");
        })) {
            assertThat(send(peer, rcpts).recipients()).hasSize(250);
            peer.done();
        }
        assertThat(writes).hasSize(5);
    }

    @Test
    void theNullSenderAndParametersThatThePeerOffersAreSent() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("pipelining", "size", "8bitmime", "smtputf8");
            line.hear("MAIL FROM:<> SIZE=", "RCPT TO:<gr", "DATA");
            line.say("250 ok", "250 ok", "354 go").hearMessage();
            line.say("250 taken");
        })) {
            client.send(
                    peer.route(),
                    ReversePath.NULL,
                    to("<grün@bücher.example>"),
                    new FakeMessage("Subject: x\r\n\r\nü\r\n"),
                    TERMS);
            peer.done();
        }
        assertThat(writes.get(1)).isEqualTo("""
                        MAIL FROM:<> SIZE=18 BODY=8BITMIME SMTPUTF8\r
                        RCPT TO:<grün@xn--bcher-kva.example>\r
                        DATA\r
                        """);
    }

    @Test
    void whatThePeerCannotTakeIsRefusedHereAndTheConnectionStaysGood() throws Exception {
        client = client(Map.of("convertEightBit", false));
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            line.take(1);
        })) {
            var route = peer.route();
            var eightBit = send(route, new FakeMessage("Subject: x\r\n\r\nü\r\n"), false);
            var header = send(route, new FakeMessage("Subject: x\r\n\r\n", true), false);
            var address = send(route, new FakeMessage(TEXT), false, "<grün@example.com>");
            var plain = send(route, new FakeMessage(TEXT), false);

            assertThat(eightBit.refusal())
                    .map(Reply::toString)
                    .hasValueSatisfying(r -> assertThat(r).startsWith("554 5.6.3 "));
            assertThat(header.refusal())
                    .map(Reply::toString)
                    .hasValueSatisfying(r -> assertThat(r).startsWith("550 5.6.7 "));
            assertThat(address.decisive()).isEqualTo(header.decisive());
            assertThat(plain.decisive().isPositive()).isTrue();
            peer.done();
        }
        assertThat(opened).hasSize(1);
    }

    // Greeting and EHLO

    @Test
    void heloFollowsARefusedEhlo() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.say("220 old")
                    .hear("EHLO ")
                    .say("502 what")
                    .hear("HELO client.example")
                    .say("250 hello");
            line.hear("MAIL FROM:<sender@example.org>")
                    .say("250 ok")
                    .hear("RCPT ")
                    .say("251 will forward")
                    .hear("DATA");
            line.say("354 go").hearMessage();
            line.say("250");
        })) {
            var outcome = send(peer);

            assertThat(outcome.decisive()).isEqualTo(Reply.of(250, ""));
            assertThat(outcome.recipients()).extracting(Reply::code).containsExactly(251);
            peer.done();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"421 4.3.2 too busy", "554 5.7.1 go away", "450 later"})
    void aRefusedGreetingIsARefusalOfTheSession(String greeting) throws Exception {
        try (var peer = new FakePeer(line -> line.say(greeting).hear("QUIT"))) {
            var outcome = send(peer);

            assertThat(outcome.refusal()).map(Reply::toString).hasValue(greeting);
            assertThat(outcome.isSessionRefused()).isTrue();
            assertThat(outcome.recipients()).isEmpty();
            assertThat(outcome.data()).isEmpty();
            peer.done();
        }
        assertThat(client.connections()).isZero();
    }

    @Test
    void aRefusedMailIsNoRefusalOfTheSession() throws Exception {
        try (var peer = new FakePeer(line ->
                line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("550 5.1.8 no", "503 no", "503 no"))) {
            var outcome = send(peer);

            assertThat(outcome.decisive()).isEqualTo(Reply.of(550, new EnhancedStatus(5, 1, 8), "no"));
            assertThat(outcome.isSessionRefused()).isFalse();
            assertThat(outcome.recipients()).isEmpty();
            peer.done();
        }
    }

    @Test
    void ehloRefusedForNowIsNotFollowedByHelo() throws Exception {
        try (var peer = new FakePeer(
                line -> line.say("220 x").hear("EHLO ").say("450 later").hear("QUIT"))) {
            assertThat(send(peer).decisive().code()).isEqualTo(450);
            peer.done();
        }
    }

    @Test
    void lmtpSaysLhloAndHasAReplyForEachAcceptedRecipient() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.say("220 x").hear("LHLO ").offer("PIPELINING").hear("MAIL ", "RCPT ", "RCPT ", "RCPT ", "DATA");
            line.say("250 ok", "250 ok", "550 no", "250 ok", "354 go").hearMessage();
            line.say("250 first", "452 4.2.2 full");
        })) {
            var outcome = send(
                    peer.route().withLmtp(),
                    new FakeMessage(TEXT),
                    false,
                    "<a@example.com>",
                    "<b@example.com>",
                    "<c@example.com>");

            assertThat(outcome.data()).extracting(Reply::code).containsExactly(250, 452);
            assertThat(outcome.decisive().code()).isEqualTo(452);
            peer.done();
        }
    }

    @Test
    void lmtpHasNoHelo() throws Exception {
        try (var peer = new FakePeer(
                line -> line.say("220 x").hear("LHLO ").say("500 what").hear("QUIT"))) {
            assertThat(send(peer.route().withLmtp(), new FakeMessage(TEXT), false)
                            .decisive()
                            .code())
                    .isEqualTo(500);
            peer.done();
        }
    }

    @Test
    void aUnixDomainSocketIsARouteToo() throws Exception {
        var folder = Files.createTempDirectory("tarishi-client");
        var socket = folder.resolve("lmtp.sock");
        try (var peer = FakePeer.at(socket, line -> {
            line.say("220 x").hear("LHLO client.example").offer("PIPELINING");
            assertThat(line.take(1)).isEqualTo(ON_THE_WIRE);
        })) {
            assertThat(send(Route.to(socket).withLmtp(), new FakeMessage(TEXT), false)
                            .decisive()
                            .code())
                    .isEqualTo(250);
            peer.done();
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }

    @Test
    void theRouteChoosesNameAndLocalAddress() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.say("220 x").hear("EHLO [192.0.2.7]").offer("PIPELINING");
            line.take(1);
        })) {
            var route = peer.route().withHeloName("[192.0.2.7]").withBindAddress(InetAddress.ofLiteral("127.0.0.1"));
            assertThat(send(route, new FakeMessage(TEXT), false).decisive().isPositive())
                    .isTrue();
            peer.done();
        }
    }

    @Test
    void aNameThatCouldForgeACommandIsRefused() throws Exception {
        var route = Route.to("127.0.0.1", 25).withHeloName("x\r\nMAIL FROM:<>");
        assertThatThrownBy(() -> send(route, new FakeMessage(TEXT), false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // Refused recipients

    @Test
    void acceptedRecipientsGetTheMessageThoughOthersAreRefused() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "RCPT ", "RCPT ", "DATA");
            line.say("250 ok", "550 5.1.1 no", "250 ok", "450 4.2.1 later", "354 go")
                    .hearMessage();
            line.say("250 taken");
        })) {
            var outcome = send(peer, "<a@example.com>", "<b@example.com>", "<c@example.com>");

            assertThat(outcome.recipients()).extracting(Reply::code).containsExactly(550, 250, 450);
            assertThat(outcome.decisive().text()).isEqualTo("taken");
            peer.done();
        }
    }

    @Test
    void allOrNoneWithARefusalHangsUpInsideDataSoThatNobodyGetsAnEmptyMessage() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "RCPT ", "DATA");
            line.say("250 ok", "250 ok", "550 5.1.1 no", "354 go");
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            var outcome = send(peer.route(), new FakeMessage(TEXT), true, "<a@example.com>", "<b@example.com>");

            assertThat(outcome.decisive()).isEqualTo(Reply.of(550, new EnhancedStatus(5, 1, 1), "no"));
            assertThat(outcome.data()).isEmpty();
            peer.done();
        }
        assertThat(client.connections()).isZero();
    }

    @Test
    void allOrNoneWithoutPipeliningDoesNotSayDataAndResetsBeforeTheNext() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("SIZE")
                    .hear("MAIL ")
                    .say("250 ok")
                    .hear("RCPT ")
                    .say("450 later")
                    .hear("RCPT ")
                    .say("250 ok");
            line.hear("RSET")
                    .say("250 ok")
                    .hear("MAIL ")
                    .say("250 ok")
                    .hear("RCPT ")
                    .say("250 ok")
                    .hear("DATA");
            line.say("354 go").hearMessage();
            line.say("250 taken");
        })) {
            var first = send(peer.route(), new FakeMessage(TEXT), true, "<a@example.com>", "<b@example.com>");
            var second = send(peer.route(), new FakeMessage(TEXT), true);

            assertThat(first.decisive().code()).isEqualTo(450);
            assertThat(second.decisive().code()).isEqualTo(250);
            peer.done();
        }
        assertThat(opened).hasSize(1);
    }

    @Test
    void whenAllAreRefusedAndDataIsNotALoneDotEndsItAndTheConnectionLivesOn() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "RCPT ", "DATA");
            line.say("250 ok", "550 no", "551 no", "354 go");
            assertThat(line.hear()).isEqualTo(".");
            line.say("554 no valid recipients");
            line.take(1);
        })) {
            var outcome = send(peer, "<a@example.com>", "<b@example.com>");

            assertThat(outcome.recipients()).extracting(Reply::code).containsExactly(550, 551);
            assertThat(outcome.decisive().code()).isEqualTo(550);
            assertThat(outcome.data()).isEmpty();
            assertThat(send(peer).decisive().isPositive()).isTrue();
            peer.done();
        }
        assertThat(opened).hasSize(1);
    }

    @Test
    void whenAllAreRefusedAndDataTooTheNextTransactionBeginsWithRsetInTheSameWrite() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "550 no", "503 no");
            line.hear("RSET").say("250 ok");
            line.take(1);
        })) {
            assertThat(send(peer).decisive().code()).isEqualTo(550);
            assertThat(send(peer).decisive().code()).isEqualTo(250);
            peer.done();
        }
        assertThat(writes.get(2)).startsWith("RSET\r\nMAIL ").endsWith("DATA\r\n");
    }

    @Test
    void refusedDataIsTheDecisiveReply() throws Exception {
        try (var peer = new FakePeer(line ->
                line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "451 4.3.0 disk"))) {
            var outcome = send(peer);

            assertThat(outcome.decisive()).isEqualTo(Reply.of(451, new EnhancedStatus(4, 3, 0), "disk"));
            assertThat(outcome.data()).hasSize(1);
            peer.done();
        }
    }

    @Test
    void a421SpeaksForAllCommandsBehindIt() throws Exception {
        try (var peer = new FakePeer(line -> line.greet("PIPELINING")
                .hear("MAIL ", "RCPT ", "RCPT ", "RCPT ", "DATA")
                .say("250 ok", "250 ok", "421 4.3.2 going down"))) {
            var outcome = send(peer, "<a@example.com>", "<b@example.com>", "<c@example.com>");

            assertThat(outcome.recipients()).extracting(Reply::code).containsExactly(250, 421, 421);
            assertThat(outcome.decisive().code()).isEqualTo(421);
            peer.done();
        }
        assertThat(client.connections()).isZero();
    }

    // Hostile and broken peers

    @Test
    void nobodyAtThePortIsAnIoException() throws Exception {
        var route = Route.to("127.0.0.1", FakePeer.deadPort());
        assertThatThrownBy(() -> send(route, new FakeMessage(TEXT), false))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void theSecondAddressIsTriedWhenTheFirstRefuses() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            line.take(1);
        })) {
            var addresses = List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1"));
            client = new PooledSmtpClient(
                    Configs.settings(Map.of()), "client.example", now::get, host -> addresses, SocketChannel::open);
            var route = Route.to("mx.example", peer.route().port());
            assertThat(send(route, new FakeMessage(TEXT), false).decisive().isPositive())
                    .isTrue();
            peer.done();
        }
    }

    @Test
    void aReplyThatComesByteByByteIsAReply() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.drip("220-peer\r\n220 example\r\n").hear("EHLO ").drip("250-x\r\n250 PIPELINING\r\n");
            line.hear("MAIL ", "RCPT ", "DATA")
                    .drip("250 ok\r\n250 ok\r\n354\r\n")
                    .hearMessage();
            line.drip("250-2.0.0 taken\r\n250 2.0.0 as 1\r\n");
        })) {
            assertThat(send(peer).decisive()).isEqualTo(Reply.of(250, new EnhancedStatus(2, 0, 0), "taken", "as 1"));
            peer.done();
        }
    }

    @Test
    void anEndlessReplyIsGivenUp() throws Exception {
        try (var peer = new FakePeer(line -> endlessly(line, "220-still here\r\n"))) {
            assertThatThrownBy(() -> send(peer))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("100 lines");
            peer.done();
        }
    }

    @Test
    void anEndlessLineIsGivenUp() throws Exception {
        try (var peer = new FakePeer(line -> endlessly(line.raw("220 "), "x".repeat(1000)))) {
            assertThatThrownBy(() -> send(peer))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("4096 bytes");
            peer.done();
        }
    }

    private static void endlessly(FakePeer.Line line, String text) {
        while (true) {
            try {
                line.raw(text);
            } catch (IOException e) {
                return;
            }
        }
    }

    static Stream<String> torn() {
        return Stream.of("", "2", "220", "220-a\r\n", "220-a\r\n22");
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("torn")
    void aTornReplyIsAnIoException(String greeting) throws Exception {
        try (var peer = new FakePeer(line -> line.raw(greeting))) {
            assertThatThrownBy(() -> send(peer)).isInstanceOf(IOException.class).hasMessageContaining("greeting");
            peer.done();
        }
    }

    @Test
    void aReplyThatNothingAskedForIsNeverTakenForTheNextOne() throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
                    line.hearMessage();
                    line.say("250 taken", "250 and more");
                },
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                })) {
            send(peer);
            assertThat(send(peer).decisive().text()).isEqualTo("taken");
            peer.done();
        }
        assertThat(opened).hasSize(2);
    }

    @Test
    void a354ToMailOrA250ToDataIsNoSmtp() throws Exception {
        try (var peer = new FakePeer(
                line -> line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("354 go"),
                line -> line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 a", "250 b", "250 c"))) {
            assertThatThrownBy(() -> send(peer)).isInstanceOf(ProtocolException.class);
            assertThatThrownBy(() -> send(peer)).isInstanceOf(ProtocolException.class);
            peer.done();
        }
    }

    @Test
    void a354BehindARefusedMailEndsTheConnection() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("550 no", "250 ok", "354 go");
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            assertThat(send(peer).refusal()).map(Reply::code).hasValue(550);
            peer.done();
        }
    }

    @Test
    void aDropBehindTheDotIsAnUnknownOutcome() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            line.hearMessage();
        })) {
            assertThatThrownBy(() -> send(peer)).isInstanceOf(UnknownOutcomeException.class);
            peer.done();
        }
    }

    @Test
    void nonsenseBehindTheDotIsAnUnknownOutcomeAsIsAHalfAnswerOfLmtp() throws Exception {
        Script nonsense = line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            line.hearMessage();
            line.say("nonsense");
        };
        Script half = line -> {
            line.say("220 x").hear("LHLO ").offer("PIPELINING").hear("MAIL ", "RCPT ", "RCPT ", "DATA");
            line.say("250 ok", "250 ok", "250 ok", "354 go").hearMessage();
            line.say("250 first");
        };
        try (var peer = new FakePeer(nonsense, half)) {
            assertThatThrownBy(() -> send(peer)).isInstanceOf(UnknownOutcomeException.class);
            assertThatThrownBy(() -> send(
                            peer.route().withLmtp(),
                            new FakeMessage(TEXT),
                            false,
                            "<a@example.com>",
                            "<b@example.com>"))
                    .isInstanceOf(UnknownOutcomeException.class);
            peer.done();
        }
    }

    @Test
    void aDropBeforeTheDotIsNoUnknownOutcomeAndIsNotRetried() throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                    line.hear("MAIL ", "RCPT ", "DATA").say("250 ok");
                },
                line -> line.say("554 must not come here"))) {
            send(peer);
            assertThatThrownBy(() -> send(peer))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(UnknownOutcomeException.class)
                    .isNotInstanceOf(StaleException.class);
        }
        assertThat(opened).hasSize(1);
    }

    @Test
    void aMessageThatCannotBeReadLeavesNoDotBehind() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            assertThat(line.hear()).endsWith("<closed>").doesNotContain(".");
        })) {
            var broken = new FakeMessage(TEXT) {
                @Override
                public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
                    out.write("Subject: half".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    throw new IOException("disk gone");
                }
            };
            assertThatThrownBy(() -> send(peer.route(), broken, false)).hasMessage("disk gone");
            peer.done();
        }
        assertThat(client.connections()).isZero();
    }

    @Test
    void aRefusalInTheMiddleOfTheMessageIsPassedOn() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            line.hear("Subject").say("552 5.3.4 too big");
        })) {
            var outcome = send(peer.route(), new FakeMessage(TEXT + "x".repeat(16_000_000)), false);

            assertThat(outcome.decisive()).isEqualTo(Reply.of(552, new EnhancedStatus(5, 3, 4), "too big"));
            peer.done();
        }
        assertThat(client.connections()).isZero();
    }

    // Time

    @Test
    void aSilentGreetingIsGivenUpWhenItsTimeIsOver() throws Exception {
        var waiting = new CountDownLatch(1);
        onRead = lastWrite -> waiting.countDown();
        try (var peer = new FakePeer(line -> {
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent = threads.submit(() -> send(peer));
                waiting.await();
                expireWhile(() -> !sent.isDone(), Duration.ofMinutes(5));
                assertThatThrownBy(sent::get)
                        .hasCauseInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("not done in PT5M: waiting for the greeting");
            }
            peer.done();
        }
    }

    @Test
    void theFinalDotHasTenMinutesAndIsThenAnUnknownOutcome() throws Exception {
        var waiting = new CountDownLatch(1);
        onRead = lastWrite -> {
            if (lastWrite.endsWith("\r\n.\r\n")) {
                waiting.countDown();
            }
        };
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            line.hearMessage();
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent = threads.submit(() -> send(peer));
                waiting.await();
                now.addAndGet(Duration.ofMinutes(9).toNanos());
                client.sweep();
                assertThat(opened.getFirst().isOpen()).isTrue();
                expireWhile(() -> !sent.isDone(), Duration.ofMinutes(10));
                assertThatThrownBy(sent::get)
                        .hasCauseInstanceOf(UnknownOutcomeException.class)
                        .hasMessageContaining("PT10M");
            }
            peer.done();
        }
    }

    @Test
    void aPeerThatReadsNothingIsGivenUpInTheMiddleOfTheMessage() throws Exception {
        var go = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
            line.hear("Subject");
            go.countDown();
            await(over);
        })) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent =
                        threads.submit(() -> send(peer.route(), new FakeMessage(TEXT + "x".repeat(16_000_000)), false));
                go.await();
                expireWhile(() -> !sent.isDone(), Duration.ofMinutes(3));
                assertThatThrownBy(sent::get)
                        .hasCauseInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("sending the message");
            }
            over.countDown();
            peer.done();
        }
    }

    /** Lets time go by until the thing has happened, at most 10 s of ours. */
    private void expireWhile(java.util.function.BooleanSupplier condition, Duration step) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (condition.getAsBoolean() && System.nanoTime() < end) {
            now.addAndGet(step.toNanos());
            client.sweep();
            Thread.onSpinWait();
        }
    }

    @Test
    void aPeerThatDripsBytesGainsNoTimeByIt() throws Exception {
        client = new PooledSmtpClient(
                Configs.settings(Map.of("greetingTimeout", "PT10M")),
                "client.example",
                now::get,
                host -> List.of(InetAddress.ofLiteral(host)),
                family -> new RecordingChannel(SocketChannel.open(family), writes) {
                    @Override
                    public int read(ByteBuffer target) throws IOException {
                        now.addAndGet(Duration.ofSeconds(1).toNanos());
                        return super.read(target.limit(target.position() + 1));
                    }
                });
        try (var peer = new FakePeer(line -> {
            line.raw("220 " + "x".repeat(2000));
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            assertThatThrownBy(() -> send(peer))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("not done in PT10M");
            assertThat(now.get()).isEqualTo(Duration.ofMinutes(10).toNanos());
        }
    }

    @Test
    void aTransactionHasATimeOfItsOwnHoweverBusyThePeerIs() throws Exception {
        client = client(Map.of("transactionTimeout", "PT20M"));
        try (var peer = new FakePeer(line -> {
            line.greet("SIZE").hear("MAIL ").say("250 ok");
            try {
                while (!line.hear().equals("<closed>")) {
                    now.addAndGet(Duration.ofMinutes(4).toNanos());
                    line.say("250 ok");
                }
            } catch (IOException e) {
                // It hung up while we spoke.
            }
        })) {
            var rcpts = IntStream.range(0, 30)
                    .mapToObj(i -> "<r" + i + "@example.com>")
                    .toArray(String[]::new);
            assertThatThrownBy(() -> send(peer, rcpts))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("transaction took too long");
            peer.done();
        }
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        var waiting = new CountDownLatch(1);
        onRead = lastWrite -> waiting.countDown();
        try (var peer = new FakePeer(line -> {
            assertThat(line.hear()).isEqualTo("<closed>");
        })) {
            var threads = Executors.newVirtualThreadPerTaskExecutor();
            var sent = threads.submit(() -> send(peer));
            waiting.await();
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(sent::get).hasCauseInstanceOf(IOException.class);
            peer.done();
        }
    }

    // Kept connections

    @Test
    void theNextMailTakesTheSameConnectionWithoutRset() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            for (int i = 0; i < 50; i++) {
                line.take(1);
            }
        })) {
            for (int i = 0; i < 50; i++) {
                send(peer);
            }
            peer.done();
        }
        assertThat(opened).hasSize(1);
        assertThat(writes).hasSize(101).noneMatch(write -> write.contains("RSET"));
    }

    @Test
    void afterSoManyMessagesTheConnectionEndsWithQuit() throws Exception {
        client = client(Map.of("maxMessagesPerConnection", 2));
        Script two = line -> {
            line.greet("PIPELINING");
            line.take(1);
            line.take(1);
            line.hear("QUIT");
        };
        try (var peer = new FakePeer(two, two)) {
            for (int i = 0; i < 4; i++) {
                send(peer);
            }
            peer.done();
        }
        assertThat(opened).hasSize(2);
    }

    @Test
    void aConnectionThatWasClosedWhileIdleIsReplacedBeforeAWordIsSaid() throws Exception {
        Script one = line -> {
            line.greet("PIPELINING");
            line.take(1);
        };
        try (var peer = new FakePeer(one, one)) {
            send(peer);
            peer.done(0);
            assertThat(send(peer).decisive().isPositive()).isTrue();
            peer.done();
        }
        assertThat(opened).hasSize(2);
        assertThat(writes).filteredOn(write -> write.startsWith("MAIL")).hasSize(2);
    }

    @Test
    void aGoodbyeThatCameWhileIdleIsNotTakenForAnAnswer() throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "250 ok", "354 go");
                    line.hearMessage();
                    line.raw("250 taken\r\n421 too long idle\r\n");
                },
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                })) {
            send(peer);
            assertThat(send(peer).decisive().text()).isEqualTo("taken");
            peer.done();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop", "reset", "421 4.3.2 enough", "nonsense"})
    void aKeptConnectionThatFailsAtMailIsReplacedOnce(String how) throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                    line.hear("MAIL ", "RCPT ", "DATA");
                    switch (how) {
                        case "drop" -> {}
                        case "reset" -> line.reset();
                        default -> line.say(how);
                    }
                },
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                })) {
            send(peer);
            assertThat(send(peer).decisive().isPositive()).isTrue();
            peer.done();
        }
        assertThat(opened).hasSize(2);
        assertThat(client.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"500 what", "421 bye", "<drop>"})
    void aKeptConnectionWhoseRsetFailsIsReplaced(String how) throws Exception {
        try (var peer = new FakePeer(
                line -> {
                    line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA").say("250 ok", "550 no", "503 no");
                    line.hear("RSET");
                    if (!how.equals("<drop>")) {
                        line.say(how, "250 ok", "250 ok", "354 go");
                        assertThat(line.hear()).isEqualTo("MAIL FROM:<sender@example.org>");
                    }
                },
                line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                })) {
            assertThat(send(peer).decisive().code()).isEqualTo(550);
            assertThat(send(peer).decisive().code()).isEqualTo(250);
            peer.done();
        }
        assertThat(opened).hasSize(2);
    }

    @Test
    void aNewConnectionThatFailsAtMailIsNotTriedAgain() throws Exception {
        try (var peer = new FakePeer(
                line -> line.greet("PIPELINING").hear("MAIL ", "RCPT ", "DATA"),
                line -> line.say("554 must not come here"))) {
            assertThatThrownBy(() -> send(peer)).isInstanceOf(IOException.class);
        }
        assertThat(opened).hasSize(1);
    }

    @Test
    void idleConnectionsAreClosedWhenTheirTimeIsOver() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            line.take(1);
            line.hear("QUIT");
        })) {
            send(peer);
            now.addAndGet(Duration.ofSeconds(29).toNanos());
            client.sweep();
            assertThat(client.connections()).isEqualTo(1);
            now.addAndGet(Duration.ofSeconds(1).toNanos());
            client.sweep();
            assertThat(client.connections()).isZero();
            peer.done();
        }
    }

    @Test
    void connectionsOfOneRouteAreNotUsedForAnother() throws Exception {
        Script one = line -> {
            line.say("220 x").hear("EHLO ").offer("PIPELINING");
            line.take(1);
        };
        try (var peer = new FakePeer(one, one)) {
            send(peer.route(), new FakeMessage(TEXT), false);
            send(peer.route().withHeloName("other.example"), new FakeMessage(TEXT), false);
            peer.done();
        }
        assertThat(writes).contains("EHLO client.example\r\n", "EHLO other.example\r\n");
    }

    @Test
    void anIdleConnectionElsewhereMakesRoomAndWithoutOneTheNewcomerIsToldWhy() throws Exception {
        client = client(Map.of("maxConnections", 1));
        var busy = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        try (var first = new FakePeer(line -> {
                    line.greet("PIPELINING");
                    line.take(1);
                    line.hear("QUIT");
                });
                var second = new FakePeer(line -> {
                    line.greet("PIPELINING");
                    busy.countDown();
                    await(free);
                    line.take(1);
                })) {
            send(first);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent = threads.submit(() -> send(second));
                busy.await();
                first.done();
                assertThat(client.connections()).isEqualTo(1);
                assertThatThrownBy(() -> client.send(
                                first.route(),
                                SENDER,
                                to("<a@example.com>"),
                                new FakeMessage(TEXT),
                                new Terms(Duration.ofMillis(1), false, false)))
                        .isInstanceOf(NoConnectionException.class)
                        .hasMessageContaining("maxConnections");
                free.countDown();
                assertThat(sent.get().decisive().isPositive()).isTrue();
            }
            second.done();
        }
    }

    @Test
    void newSettingsLetIdleConnectionsGoAndHoldForTheNext() throws Exception {
        Script one = line -> {
            line.say("220 x").hear("EHLO ").offer("PIPELINING");
            line.take(1);
        };
        try (var peer = new FakePeer(one, one)) {
            send(peer);
            client.modified(Configs.of(Map.of("heloName", "new.example")));
            assertThat(client.connections()).isZero();
            send(peer);
            peer.done();
        }
        assertThat(writes).contains("EHLO new.example\r\n");
    }

    @Test
    void aConnectionThatWasInUseWhenTheSettingsChangedIsNotKept() throws Exception {
        var busy = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            busy.countDown();
            await(free);
            line.take(1);
            line.hear("QUIT");
        })) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent = threads.submit(() -> send(peer));
                busy.await();
                client.modified(Configs.of(Map.of("heloName", "new.example")));
                free.countDown();
                assertThat(sent.get().decisive().isPositive()).isTrue();
            }
            assertThat(client.connections()).isZero();
            peer.done();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void manySendersAtOnceShareAsManyConnectionsAsThereMayBe() throws Exception {
        client = client(Map.of("maxConnections", 4));
        Script any = line -> {
            line.say("220 x");
            String heard;
            do {
                heard = line.hear();
                switch (heard.substring(0, 4)) {
                    case "EHLO" -> line.offer("PIPELINING");
                    case "DATA" -> {
                        line.say("354 go").hearMessage();
                        line.say("250 taken");
                    }
                    case "MAIL", "RCPT" -> line.say("250 ok");
                    default -> {}
                }
            } while (heard.length() > 8 || heard.equals("DATA"));
        };
        try (var peer = new FakePeer(Collections.nCopies(20, any).toArray(Script[]::new));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var sent = IntStream.range(0, 500)
                    .mapToObj(i -> threads.submit(() -> send(peer)))
                    .toList();
            for (var each : sent) {
                assertThat(each.get().decisive().text()).isEqualTo("taken");
            }
            assertThat(client.connections()).isLessThanOrEqualTo(4);
            client.deactivate();
        }
        assertThat(opened).hasSizeLessThanOrEqualTo(20);
    }

    @Test
    void theTimerEndsWhatTakesTooLongAndEndsWithTheComponent() throws Exception {
        var real = new PooledSmtpClient(Configs.of(Map.of("greetingTimeout", "PT0.1S", "heloName", "client.example")));
        try (var peer = new FakePeer(line -> assertThat(line.hear()).isEqualTo("<closed>"))) {
            var route = peer.route();
            assertThatThrownBy(() -> real.send(route, SENDER, to("<a@example.com>"), new FakeMessage(TEXT), TERMS))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("not done in PT0.1S: waiting for the greeting");
            peer.done();
        }
        real.deactivate();
        for (var thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("tarishi-smtp-client-timer")) {
                assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
            }
        }
    }

    @Test
    void afterTheEndATransactionUnderWayIsFinishedAndNoneBegun() throws Exception {
        var busy = new CountDownLatch(1);
        var free = new CountDownLatch(1);
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING");
            busy.countDown();
            await(free);
            line.take(1);
            line.hear("QUIT");
        })) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent = threads.submit(() -> send(peer));
                busy.await();
                client.deactivate();
                assertThatThrownBy(() -> send(peer)).hasMessage("the SMTP client has stopped");
                free.countDown();
                assertThat(sent.get().decisive().isPositive()).isTrue();
            }
            peer.done();
        }
    }
}
