package org.tarishi.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.spi.SmtpClientBackend.Terms;

@Timeout(30)
class StepsTest {

    private static final ReversePath SENDER = ReversePath.parse("<sender@example.org>");
    private static final Recipient ANN = Recipient.parse("<ann@example.com>");
    private static final Recipient BOB = Recipient.parse("<bob@example.com>");
    private static final Terms TERMS = new Terms(Duration.ofSeconds(5), false, false);
    private static final String TEXT = "Subject: x\r\n\r\n.dot\r\nend\r\n";

    private final AtomicLong now = new AtomicLong();
    private final PooledSmtpClient client = new PooledSmtpClient(
            Configs.settings(Map.of()),
            "client.example",
            now::get,
            host -> List.of(InetAddress.ofLiteral(host)),
            SocketChannel::open);

    @AfterEach
    void nothingIsLeftOpen() {
        client.deactivate();
        assertThat(client.connections()).isZero();
    }

    private SmtpClient.Dialogue open(FakePeer peer) throws IOException {
        return client.open(peer.route(), TERMS);
    }

    @Test
    void eachCommandIsSaidWhenItIsAskedForAndItsReplyReturned() throws Exception {
        try (var peer = new FakePeer(line -> {
            line.greet("PIPELINING", "SIZE 1000", "8BITMIME", "DSN");
            line.hear("MAIL FROM:<sender@example.org> SIZE=10 BODY=8BITMIME RET=HDRS")
                    .say("250 2.1.0 sender ok")
                    .hear("RCPT TO:<ann@example.com>")
                    .say("550 5.1.1 no ann")
                    .hear("RCPT TO:<bob@example.com>")
                    .say("250 2.1.5 bob ok")
                    .hear("DATA")
                    .say("354 go");
            assertThat(line.hearMessage()).isEqualTo("Subject: x\r\n\r\n..dot\r\nend\r\n");
            line.say("250 2.0.0 taken").hear("QUIT");
        })) {
            try (var dialogue = open(peer)) {
                assertThat(dialogue.refusal()).isEmpty();
                var from = SENDER.withParameters(EsmtpParameters.of(Map.of("SIZE", "10", "RET", "HDRS")));
                assertThat(dialogue.mail(from).text()).isEqualTo("sender ok");
                assertThat(dialogue.rcpt(ANN).code()).isEqualTo(550);
                assertThat(dialogue.rcpt(BOB).isPositive()).isTrue();
                assertThat(dialogue.data(new FakeMessage(TEXT)))
                        .singleElement()
                        .extracting(Reply::text)
                        .isEqualTo("taken");
                assertThat(dialogue.isUsable()).isTrue();
                assertThat(client.connections()).isOne();
            }
            peer.done();
        }
    }

    @Test
    void aTransactionThatWasNotEndedIsResetAndOneThatWasIsNot() throws Exception {
        try (var peer = new FakePeer(line -> line.greet()
                .hear("MAIL ")
                .say("250 ok")
                .hear("RSET")
                .say("250 ok")
                .hear("MAIL ")
                .say("450 later")
                .hear("MAIL ")
                .say("250 ok")
                .hear("QUIT"))) {
            try (var dialogue = open(peer)) {
                dialogue.reset();
                dialogue.mail(SENDER);
                dialogue.reset();
                dialogue.reset();
                assertThat(dialogue.mail(SENDER).code()).isEqualTo(450);
                dialogue.reset();
                dialogue.mail(SENDER);
            }
            peer.done();
        }
    }

    @Test
    void aSessionThatIsNotWantedIsToldWithItsReply() throws Exception {
        try (var peer = new FakePeer(line -> line.say("554 5.7.1 go away").hear("QUIT"))) {
            var dialogue = open(peer);
            assertThat(dialogue.refusal().orElseThrow().text()).isEqualTo("go away");
            assertThat(dialogue.isUsable()).isFalse();
            peer.done();
        }
    }

    @Test
    void whatThePeerCannotTakeIsRefusedWithoutAWord() throws Exception {
        try (var peer = new FakePeer(line -> line.greet("SIZE 5")
                .hear("MAIL ")
                .say("250 ok")
                .hear("RCPT ")
                .say("250 ok")
                .hear("QUIT"))) {
            try (var dialogue = open(peer)) {
                assertThat(dialogue.mail(SENDER.withParameters(EsmtpParameters.of(Map.of("SIZE", "6"))))
                                .code())
                        .isEqualTo(552);
                assertThat(dialogue.mail(SENDER.withParameters(EsmtpParameters.of(Map.of("BODY", "BINARYMIME"))))
                                .code())
                        .isEqualTo(554);
                assertThat(dialogue.mail(ReversePath.parse("<möwe@example.org>"))
                                .code())
                        .isEqualTo(550);
                dialogue.mail(SENDER);
                assertThat(dialogue.rcpt(Recipient.parse("<möwe@example.org>")).code())
                        .isEqualTo(550);
                assertThatThrownBy(() -> dialogue.data(new FakeMessage(TEXT)))
                        .isInstanceOf(IllegalStateException.class);
                dialogue.rcpt(ANN);
                assertThat(dialogue.data(new FakeMessage(TEXT)).getFirst().code())
                        .isEqualTo(552);
            }
            peer.done();
        }
    }

    @Test
    void behindA421ALostConnectionOrCloseThereIsNoStep() throws Exception {
        try (var peer = new FakePeer(
                line -> line.greet().hear("MAIL ").say("421 bye"),
                line -> line.greet().hear("MAIL "),
                line -> line.greet()
                        .hear("MAIL ")
                        .say("250 ok")
                        .hear("RCPT ")
                        .say("250 ok")
                        .hear("DATA")
                        .say("354 go")
                        .hearMessage())) {
            try (var dialogue = open(peer)) {
                assertThat(dialogue.mail(SENDER).code()).isEqualTo(421);
                assertThat(dialogue.isUsable()).isFalse();
                assertThatThrownBy(() -> dialogue.rcpt(ANN)).isInstanceOf(IOException.class);
            }
            try (var dialogue = open(peer)) {
                assertThatThrownBy(() -> dialogue.mail(SENDER)).isInstanceOf(IOException.class);
                assertThat(dialogue.isUsable()).isFalse();
            }
            try (var dialogue = open(peer)) {
                dialogue.mail(SENDER);
                dialogue.rcpt(ANN);
                assertThatThrownBy(() -> dialogue.data(new FakeMessage(TEXT)))
                        .isInstanceOf(UnknownOutcomeException.class);
            }
            assertThat(client.connections()).isZero();
        }
    }

    @Test
    void oneThatNobodyGoesOnWithGivesItsConnectionBack() throws Exception {
        try (var peer = new FakePeer(line -> line.greet().hear("<closed>"))) {
            var dialogue = open(peer);
            now.addAndGet(Duration.ofMinutes(14).toNanos());
            client.sweep();
            assertThat(dialogue.isUsable()).isTrue();

            now.addAndGet(Duration.ofMinutes(1).toNanos());
            client.sweep();
            assertThat(dialogue.isUsable()).isFalse();
            assertThat(client.connections()).isZero();
            peer.done();
        }
    }
}
