package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.tarishi.api.AuthResult;
import org.tarishi.api.Domain;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteKey;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;

/** What plugins see of a connection, and who is asked when. */
final class SessionTest {

    private final Stage stage = new Stage();
    private final AtomicReference<SmtpConnection> seen = new AtomicReference<>();

    private SmtpConnection connection() {
        return Objects.requireNonNull(seen.get());
    }

    private void accept() {
        stage.hooks.answers.put(Moment.CONNECT, subject -> {
            seen.set(Objects.requireNonNull(subject.connection()));
            return HookResult.CONTINUE;
        });
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
    }

    @Test
    void momentsAreAskedInTheOrderOfAMail() {
        for (var moment : Moment.values()) {
            if (moment.compareTo(Moment.QUIT) <= 0) {
                stage.hooks.on(moment, HookResult.CONTINUE);
            }
        }
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
        try (stage) {
            stage.connect()
                    .send(
                            "EHLO x",
                            "MAIL FROM:<>",
                            "RCPT TO:<a@b.example>",
                            "DATA",
                            ".",
                            "RSET",
                            "NOOP",
                            "VRFY x",
                            "QUIT");

            assertThat(stage.hooks.asked)
                    .containsExactly(
                            "connect",
                            "ehlo",
                            "capabilities",
                            "mail",
                            "rcpt",
                            "rcpt_ok",
                            "data",
                            "data_post",
                            "queue",
                            "queue_ok",
                            "rset",
                            "noop",
                            "vrfy",
                            "quit");
        }
    }

    @Test
    void countersSayWhatHappened() {
        accept();
        try (stage) {
            stage.connect()
                    .send(
                            "EHLO x",
                            "MAIL FROM:<>",
                            "RCPT TO:<a@b.example>",
                            "RCPT TO:<b@b.example>",
                            "DATA",
                            ".",
                            "FOO");
            stage.hooks.on(Moment.RCPT, HookResult.deny("no"));
            stage.send("MAIL FROM:<>", "RCPT TO:<a@b.example>");
            stage.hooks.on(Moment.RCPT, HookResult.denySoft("no"));
            stage.send("RCPT TO:<a@b.example>");

            var counters = connection().counters();
            assertThat(counters.transactions()).isEqualTo(2);
            assertThat(counters.errors()).isEqualTo(1);
            assertThat(counters.recipientsAccepted()).isEqualTo(2);
            assertThat(counters.recipientsRejected()).isEqualTo(1);
            assertThat(counters.recipientsDeferred()).isEqualTo(1);
            assertThat(counters.messagesAccepted()).isEqualTo(1);
            assertThat(counters.bytesReceived()).isPositive();
        }
    }

    @Test
    void whatWasSaidLastCanBeSeen() {
        accept();
        try (stage) {
            stage.connect().send("FOO bar").send("NOOP");

            assertThat(connection().currentLine()).isEqualTo("NOOP");
            assertThat(connection().lastReply()).contains(Replies.OK);
            assertThat(connection().lastRefusal()).contains(Replies.UNKNOWN_COMMAND);
        }
    }

    @Test
    void aClientThatSpeaksBeforeItIsGreetedIsAnEarlyTalker() {
        accept();
        try (stage) {
            stage.hooks.timing = FakeHooks.Timing.WHEN_TOLD;
            stage.connect().send("EHLO x").expectNothing();
            while (stage.hooks.answer()) {
                stage.settle();
            }
            assertThat(connection().isEarlyTalker()).isTrue();
            assertThat(stage.line()).startsWith("220 ");
        }
    }

    @Test
    void aClientThatPipelinesAsRfc2920SaysIsNoEarlyTalker() {
        accept();
        try (stage) {
            stage.connect().send("EHLO x").send("MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA");

            assertThat(connection().isPipelining()).isTrue();
            assertThat(connection().isEarlyTalker()).isFalse();
        }
    }

    @Test
    void aClientThatDoesNotWaitForEhloIsAnEarlyTalker() {
        accept();
        try (stage) {
            stage.connect().send("EHLO x", "MAIL FROM:<>");

            assertThat(connection().isEarlyTalker()).isTrue();
        }
    }

    @Test
    void whatAClientIsCalledFollowsItsHello() {
        accept();
        try (stage) {
            stage.connect();
            assertThat(connection().hello()).isEmpty();
            stage.send("HELO x");
            assertThat(connection().protocol()).isEqualTo("SMTP");
            assertThat(connection().capabilities()).isEmpty();
            stage.send("EHLO x");
            assertThat(connection().protocol()).isEqualTo("ESMTP");
            assertThat(connection().capabilities()).contains("PIPELINING");
            stage.send("HELO x");
            assertThat(connection().capabilities()).isEmpty();
        }
    }

    @Test
    void whatAPluginFindsOutAboutAnAddressIsThere() {
        accept();
        stage.remote = "192.0.2.1";
        try (stage) {
            stage.connect();
            assertThat(connection().remote().isPrivate()).isTrue();
            assertThat(connection().remote().isLocal()).isFalse();
            assertThat(connection().local().isLocal()).isTrue();
            assertThat(connection().local().name()).contains("mx.test");
        }
    }

    @Test
    void aTransactionKeepsTheGenerationItBeganWithAndGivesItBackOnce() {
        accept();
        try (stage) {
            stage.connect().send("HELO x", "MAIL FROM:<>", "RCPT TO:<a@b.example>");
            assertThat(stage.hooks.released.get()).isZero();
            stage.send("HELO y");
            assertThat(stage.hooks.released.get()).isEqualTo(1);
            stage.send("QUIT");
            assertThat(stage.hooks.begun.get()).isEqualTo(1);
            assertThat(stage.hooks.released.get()).isEqualTo(1);
        }
    }

    @Test
    void tooManySessionsOfOneAddressAreTurnedAway() {
        stage.remote = "192.0.2.1";
        stage.settings.put("maxSessionsPerAddress", "1");
        try (stage) {
            stage.connect().expect("220 …");
            try (var second = stage.another()) {
                second.expect("421 4.7.0 too many connections from your address…")
                        .expectClosed();
            }
            stage.hangUp();
            try (var third = stage.another()) {
                third.expect("220 …");
            }
        }
    }

    @Test
    void anotherClientIsSeenWithItsFactsAndNothingOfTheOneBefore() {
        accept();
        stage.hooks.verbs.put(
                "XCLIENT",
                CommandResult.newClient(ClientFacts.of(new InetSocketAddress("192.0.2.9", 99))
                        .withName(Domain.parse("mx.client.example"))
                        .withLocal(new InetSocketAddress("192.0.2.1", 587))));
        try (stage) {
            stage.connect().send("EHLO front.example");
            connection().grantRelaying("test");
            connection().authResults().add(AuthResult.of("iprev", "pass"));
            connection().notes().put(NoteKey.of("kept", String.class), "yes");
            var before = connection().remote().address();
            var id = connection().id();

            stage.send("XCLIENT");

            assertThat(connection().id()).isEqualTo(id);
            assertThat(connection().remote().address()).isEqualTo(new InetSocketAddress("192.0.2.9", 99));
            assertThat(connection().remote().name()).contains("mx.client.example");
            assertThat(connection().local().address()).isEqualTo(new InetSocketAddress("192.0.2.1", 587));
            assertThat(connection().local().name()).contains("mx.test");
            assertThat(connection().proxy()).contains(before);
            assertThat(connection().isRelaying()).isFalse();
            assertThat(connection().hello()).isEmpty();
            assertThat(connection().capabilities()).isEmpty();
            assertThat(connection().authResults().all()).isEmpty();
            assertThat(connection().notes().names()).containsExactly("kept");
            assertThat(stage.hooks.asked).containsExactly("connect", "connect");
            assertThat(stage.hooks.events).containsExactly("opened");
        }
    }
}
