package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.TlsFailedException.Kind;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.spi.DeliveryAgent.Attempt;
import org.tarishi.core.spi.DeliveryAgent.Reach;

/** One attempt over several next hops. */
class AttemptTest {

    private static final Route ONE = Route.to("one.example", 25);
    private static final Route TWO = Route.to("two.example", 25);

    @TempDir
    Path folder;

    private Stage stage;

    @BeforeEach
    void set() {
        stage = new Stage(folder);
    }

    private Attempt attempt(ScriptedClient.Act... acts) {
        stage.client.then(acts);
        var routes = IntStream.range(0, acts.length)
                .mapToObj(i -> Route.to("mx" + i + ".example", 25))
                .toArray(Route[]::new);
        return stage.attempt(FakeMail.to("a.example"), routes);
    }

    private static List<String> replies(Attempt attempt) {
        return attempt.recipients().stream()
                .map(result -> result.reply().toString())
                .toList();
    }

    private static String reply(Attempt attempt) {
        return replies(attempt).getFirst();
    }

    @Test
    void aDeliveryTellsWhereItWentAndHow() {
        var attempt = attempt(ScriptedClient.takes());

        assertThat(replies(attempt)).containsExactly("250 2.0.0 taken");
        assertThat(attempt.reach()).isEqualTo(Reach.ANSWERED);
        var hop = java.util.Objects.requireNonNull(attempt.hop());
        assertThat(hop.host()).isEqualTo("mx0.example");
        assertThat(String.valueOf(hop.address())).endsWith("192.0.2.99");
        assertThat(hop.isSecured()).isTrue();
        assertThat(hop.notifies()).isTrue();
        assertThat(hop.tls()).isEqualTo("opportunistic (default) TLSv1.3 TLS_AES_128_GCM_SHA256");
        assertThat(stage.client.connectTimeout).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void eachRecipientHasItsOwnEnd() {
        stage.client.then(
                ScriptedClient.says(List.of("250 2.1.5 ok", "550 5.1.1 who", "452 4.2.2 full"), "250 2.0.0 taken"));

        var attempt = stage.attempt(FakeMail.to("a.example", "x", "y", "z"), ONE, TWO);

        assertThat(replies(attempt)).containsExactly("250 2.0.0 taken", "550 5.1.1 who", "452 4.2.2 full");
        assertThat(stage.client.spokenTo).hasSize(1);
    }

    @Test
    void ofLmtpEachAcceptedRecipientHasItsReplyToTheData() {
        stage.client.then(ScriptedClient.says(
                List.of("250 2.1.5 ok", "550 5.1.1 who", "251 2.1.5 ok"), "250 2.0.0 taken", "452 4.2.2 full"));

        var attempt = stage.attempt(FakeMail.to("a.example", "x", "y", "z"), ONE.withLmtp());

        assertThat(replies(attempt)).containsExactly("250 2.0.0 taken", "550 5.1.1 who", "452 4.2.2 full");
    }

    @Test
    void whoDoesNotAnswerIsPassedOver() {
        var attempt = attempt(ScriptedClient.fails(new ConnectException("refused")), ScriptedClient.takes());

        assertThat(reply(attempt)).startsWith("250 ");
        assertThat(stage.client.spokenTo).hasSize(2);
    }

    @Test
    void whoWantsNoMailNowIsPassedOverAtTheGreetingAndAtMail() {
        var attempt = attempt(
                ScriptedClient.refusesSession("450 4.3.2 later"),
                ScriptedClient.refusesSession("421 4.3.2 later"),
                ScriptedClient.refusesMail("451 4.7.1 later"),
                ScriptedClient.says(List.of("421 4.3.2 later")),
                ScriptedClient.takes());

        assertThat(reply(attempt)).startsWith("250 ");
    }

    @Test
    void whoRefusesEveryMailIsPassedOverAndItsWordCountsWhenAllSaySo() {
        var shut = ScriptedClient.refusesSession("554 5.7.1 go away");
        assertThat(reply(attempt(shut, ScriptedClient.takes()))).startsWith("250 ");
        assertThat(reply(attempt(shut, shut))).startsWith("554 5.7.1 ");
        assertThat(reply(attempt(ScriptedClient.fails(new IOException("down")), shut)))
                .startsWith("451 4.4.1 ");
    }

    @Test
    void whatAnsweredForTheMailHasTheLastWord() {
        for (var act : List.of(
                ScriptedClient.refusesMail("550 5.7.1 no"),
                ScriptedClient.says(List.of("450 4.2.1 later")),
                ScriptedClient.says(List.of("250 2.1.5 ok"), "452 4.3.1 full"))) {
            stage = new Stage(folder);
            var attempt = attempt(act, ScriptedClient.takes());
            assertThat(stage.client.spokenTo).hasSize(1);
            assertThat(attempt.reach()).isEqualTo(Reach.ANSWERED);
        }
    }

    @Test
    void whenNoneAnswersTheOneThatToldMostStandsForAll() {
        var attempt = attempt(
                ScriptedClient.fails(new ConnectException("refused")),
                ScriptedClient.refusesSession("450 4.3.2 too busy"),
                ScriptedClient.fails(new ConnectException("refused too")));

        assertThat(reply(attempt)).isEqualTo("450 4.3.2 too busy");
        assertThat(attempt.reach()).isEqualTo(Reach.BUSY);
        assertThat(java.util.Objects.requireNonNull(attempt.hop()).host()).isEqualTo("mx1.example");
    }

    @Test
    void aConnectionThatBreaksBehindTheFinalDotIsTriedNowhereElse() {
        var attempt = attempt(
                ScriptedClient.fails(new UnknownOutcomeException("lost", new IOException())), ScriptedClient.takes());

        assertThat(attempt.reach()).isEqualTo(Reach.UNKNOWN);
        assertThat(reply(attempt)).startsWith("451 4.4.1 the connection broke behind the final dot");
        assertThat(stage.client.spokenTo).hasSize(1);
    }

    @Test
    void whatAPeerSaidOfItselfCanNotBreakTheReply() {
        var attempt = attempt(ScriptedClient.fails(new IOException("x".repeat(2000) + "\r\n250 ok\u00e4")));

        assertThat(reply(attempt)).hasSizeLessThan(400).doesNotContain("\n");
    }

    // ---- TLS

    @Test
    void whereTlsCanNotBeHadTheNextHostIsTried() {
        var attempt = attempt(
                ScriptedClient.fails(new TlsFailedException(Kind.CERTIFICATE, "expired")), ScriptedClient.takes());

        assertThat(reply(attempt)).startsWith("250 ");
    }

    @Test
    void whatTlsWasMissingIsTold() {
        assertThat(reply(attempt(ScriptedClient.fails(new TlsFailedException(Kind.NOT_OFFERED, "none")))))
                .startsWith("451 4.7.4 TLS is demanded (default) and can't be had of smtp://mx0.example:25: none");
        assertThat(reply(attempt(ScriptedClient.fails(new TlsFailedException(Kind.CERTIFICATE, "expired")))))
                .startsWith("451 4.7.5 ");
        stage.client.then(ScriptedClient.fails(new TlsFailedException(Kind.NOT_OFFERED, "none")));
        assertThat(reply(stage.attempt(FakeMail.to("a.example").keptToTls(), ONE)))
                .startsWith("451 4.7.30 ");
    }

    @Test
    void whatOneMailDemandsSaysNothingAgainstTheHost() {
        stage.client.then(ScriptedClient.fails(new TlsFailedException(Kind.NOT_OFFERED, "none")));
        var mail = FakeMail.to("a.example");
        mail.requireTls();

        assertThat(stage.attempt(mail, ONE).reach()).isEqualTo(Reach.NONE);
    }

    @Test
    void aMailThatDemandsTlsNeverGoesWithoutWhateverTheSettingsSay() {
        stage = new Stage(folder, "tls", "none", "tlsPolicies", Configs.lines("two.example = verify"));
        stage.client.then(ScriptedClient.takes(), ScriptedClient.takes(), ScriptedClient.takes());
        var mail = FakeMail.to("a.example");
        stage.attempt(mail, ONE);
        mail.requireTls();
        stage.attempt(mail, ONE.withTls(RouteTls.NONE));
        stage.attempt(mail, TWO);

        assertThat(stage.client.spokenTo.stream()
                        .map(route -> route.tls().orElseThrow().toString()))
                .containsExactly("none (default)", "required (mail)", "verified (table)");
    }

    @Test
    void aMailWithRequireTlsIsVerified() {
        stage.client.then(ScriptedClient.takes());
        stage.attempt(FakeMail.to("a.example").keptToTls(), ONE);

        assertThat(stage.client.spokenTo.getFirst().tls().orElseThrow().toString())
                .isEqualTo("verified (requiretls)");
    }

    @Test
    void whatAPluginSaysOfTlsHolds() {
        stage.client.then(ScriptedClient.takes());
        stage.attempt(FakeMail.to("a.example"), ONE.withTls(RouteTls.VERIFIED.withReason("mine")));

        assertThat(stage.client.spokenTo.getFirst().tls().orElseThrow().toString())
                .isEqualTo("verified (mine)");
    }

    @Test
    void overASocketOfThisHostThereIsNoTls() {
        stage.client.then(ScriptedClient.takes());
        var mail = FakeMail.to("a.example");
        mail.requireTls();
        stage.attempt(mail, Route.to(Path.of("/run/lmtp")).withLmtp());

        assertThat(stage.client.spokenTo.getFirst().tls()).isEmpty();
    }
}
