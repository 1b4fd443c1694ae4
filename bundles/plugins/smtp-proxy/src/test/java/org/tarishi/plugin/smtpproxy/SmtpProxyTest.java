package org.tarishi.plugin.smtpproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.testing.FakeSmtpClient.taken;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.nexthop.PassedOn;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeDialogue;
import org.tarishi.testing.FakeMessage;
import org.tarishi.testing.FakeSmtpClient;
import org.tarishi.testing.FakeTransaction;

class SmtpProxyTest {

    private static final Reply YES = Reply.of(250, new EnhancedStatus(2, 0, 0), "taken");
    private static final Reply NO = Reply.of(550, new EnhancedStatus(5, 1, 1), "no");
    private static final Reply LATER = Reply.of(450, new EnhancedStatus(4, 2, 1), "later");
    private static final Reply BYE = Reply.of(421, "bye");

    private final FakeMessage message = FakeMessage.of("Subject: a", "", "b");
    private final FakeSmtpClient client = new FakeSmtpClient();
    private final FakeDialogue behind = FakeDialogue.open();
    private final AtomicLong now = new AtomicLong();
    private final FakeTransaction tx = FakeTransaction.from("192.0.2.7").withSender("<s@example.org>");

    @TempDir
    Path conf;

    private static Settings settings(Map<String, Object> values) {
        var all = new HashMap<String, Object>(Map.of("host", "mx.example"));
        all.putAll(values);
        return new Settings(FakeConfiguration.of(Config.class, all));
    }

    private SmtpProxy plugin(Map<String, Object> values) {
        return new SmtpProxy(settings(values), client, conf, now::get);
    }

    /** Has begun with a sender. */
    private SmtpProxy begun(Map<String, Object> values) {
        var plugin = plugin(values);
        assertThat(plugin.onMail(tx, tx.sender())).isSameAs(HookResult.CONTINUE);
        return plugin;
    }

    private void rcpt(SmtpProxy plugin, String path) {
        assertThat(plugin.onRcptOk(tx, tx.asking(path))).isSameAs(HookResult.CONTINUE);
        tx.withRecipients(path);
    }

    // Step by step

    @Test
    void eachCommandIsPassedOnWhenItComes() {
        client.opens(behind.answers(YES, YES, YES, YES));
        var plugin = begun(Map.of());

        assertThat(behind.said()).containsExactly("MAIL FROM:<s@example.org>");
        rcpt(plugin, "<a@example.com>");
        assertThat(behind.said()).last().isEqualTo("RCPT TO:<a@example.com>");
        rcpt(plugin, "<b@example.com>");
        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.ok(YES));
        assertThat(behind.said()).last().isEqualTo("DATA");
        assertThat(client.opened()).containsExactly(Route.to("mx.example", 25));
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void aRefusedSenderIsRefusedAndNothingMoreIsPassedOn() {
        client.opens(behind.answers(NO));
        var plugin = plugin(Map.of());

        assertThat(plugin.onMail(tx, tx.sender())).isEqualTo(HookResult.deny(NO));
        assertThat(plugin.onRcptOk(tx, tx.asking("<a@example.com>"))).isSameAs(HookResult.CONTINUE);
        assertThat(behind.said()).hasSize(1);
    }

    @Test
    void aRefusedRecipientLeavesTheOthers() {
        client.opens(behind.answers(YES, NO, LATER, YES, YES));
        var plugin = begun(Map.of());

        assertThat(plugin.onRcptOk(tx, tx.asking("<a@example.com>"))).isEqualTo(HookResult.deny(NO));
        assertThat(plugin.onRcptOk(tx, tx.asking("<b@example.com>"))).isEqualTo(HookResult.denySoft(LATER));
        rcpt(plugin, "<c@example.com>");
        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.ok(YES));
    }

    @Test
    void aRefusedMessageIsRefused() {
        client.opens(behind.answers(YES, YES, NO));
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");

        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.deny(NO));
    }

    @Test
    void theNextTransactionGoesOverTheSameSessionAfterAReset() {
        client.opens(behind);
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");

        plugin.onMail(tx, ReversePath.NULL);
        assertThat(behind.said())
                .containsExactly("MAIL FROM:<s@example.org>", "RCPT TO:<a@example.com>", "RSET", "MAIL FROM:<>");
        assertThat(client.opened()).hasSize(1);
    }

    @Test
    void theSessionEndsWithTheClients() {
        client.opens(behind);
        var plugin = begun(Map.of());

        plugin.closed(tx.connection());
        assertThat(behind.said()).last().isEqualTo("QUIT");
        assertThat(plugin.onQueue(tx, message)).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void theSessionsEndWithThePlugin() {
        client.opens(behind);
        begun(Map.of()).deactivate();
        assertThat(behind.said()).last().isEqualTo("QUIT");
    }

    @Test
    void aSessionWhoseEndWasNotToldIsForgotten() {
        client.opens(behind).opens(FakeDialogue.open());
        var plugin = begun(Map.of());

        now.addAndGet(Duration.ofMinutes(21).toNanos());
        plugin.onMail(tx, tx.sender());
        assertThat(behind.said()).last().isEqualTo("QUIT");
        assertThat(client.opened()).hasSize(2);
    }

    @Test
    void otherServersHoldFromTheNextTransactionOn() {
        client.opens(behind).opens(FakeDialogue.open());
        var plugin = begun(Map.of());
        plugin.modified(FakeConfiguration.of(Config.class, Map.of("host", "other.example")));
        plugin.onMail(tx, tx.sender());

        assertThat(behind.said()).last().isEqualTo("QUIT");
        assertThat(client.opened()).last().isEqualTo(Route.to("other.example", 25));
    }

    // What goes wrong

    @Test
    void aKeptSessionThatWasLostIsReplaced() {
        client.opens(behind).opens(FakeDialogue.open());
        var plugin = begun(Map.of());
        behind.answers(YES).fails(new IOException("reset"));

        assertThat(plugin.onMail(tx, tx.sender())).isSameAs(HookResult.CONTINUE);
        assertThat(client.opened()).hasSize(2);
    }

    @Test
    void theNextServerIsTriedWhereTheFirstTakesNoSession() {
        client.fails(new IOException("refused"))
                .opens(FakeDialogue.refused(Reply.of(554, "no")))
                .opens(FakeDialogue.open().answers(BYE))
                .opens(behind);

        begun(Map.of("pool", new String[] {"b.example", "c.example", "d.example"}));
        assertThat(behind.said()).containsExactly("MAIL FROM:<s@example.org>");
    }

    @Test
    void whereNobodyTakesASessionItIsARefusalForNow() {
        client.opens(FakeDialogue.refused(Reply.of(554, "no")));
        assertThat(plugin(Map.of()).onMail(tx, tx.sender())).isEqualTo(HookResult.denySoft(PassedOn.SHUT));

        client.fails(new IOException("refused"));
        assertThat(plugin(Map.of()).onMail(tx, tx.sender())).isEqualTo(HookResult.denySoft(PassedOn.UNREACHABLE));

        client.fails(new IOException("refused"));
        var leaving = plugin(Map.of("unreachable", "CONTINUE"));
        assertThat(leaving.onMail(tx, tx.sender())).isSameAs(HookResult.CONTINUE);
        assertThat(leaving.onRcptOk(tx, tx.asking("<a@example.com>"))).isSameAs(HookResult.CONTINUE);
        assertThat(leaving.onQueue(tx, message)).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void aMessageWhoseSessionWasLostMeanwhileIsHandedOverAnew() {
        client.opens(behind.answers(YES, YES).fails(new IOException("timed out")))
                .answers(taken(YES));
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");

        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.ok(YES));
        assertThat(client.sent()).singleElement().satisfies(sent -> {
            assertThat(sent.isAllOrNone()).isTrue();
            assertThat(sent.to()).isEqualTo(tx.recipients().all());
        });
    }

    @Test
    void aMessageWhoseOutcomeIsUnknownIsNotHandedOverAgain() {
        client.opens(behind.answers(YES, YES).fails(new UnknownOutcomeException("gone", new IOException("reset"))));
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");

        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.denySoft(PassedOn.LOST));
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void whoWasRefusedHereBehindTheServersYesHasNoMailThere() {
        client.opens(behind).answers(taken(YES));
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");
        // Another plugin refuses this one afterwards.
        plugin.onRcptOk(tx, tx.asking("<b@example.com>"));

        assertThat(plugin.onQueue(tx, message)).isEqualTo(HookResult.ok(YES));
        assertThat(behind.said()).doesNotContain("DATA");
        assertThat(client.sent().getFirst().to()).isEqualTo(tx.recipients().all());
    }

    @Test
    void aSenderThatAPluginHasPutInPlaceIsTheOneThatIsHandedOver() {
        client.opens(behind).answers(taken(YES));
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");
        tx.replaceSender(ReversePath.parse("<new@example.org>"));

        plugin.onQueue(tx, message);
        assertThat(client.sent().getFirst().from()).isEqualTo(ReversePath.parse("<new@example.org>"));
    }

    @Test
    void recipientsWhoseSessionWasLostAreRefusedForNow() {
        client.opens(behind.answers(YES).fails(new IOException("reset")));
        var plugin = begun(Map.of());

        assertThat(plugin.onRcptOk(tx, tx.asking("<a@example.com>"))).isEqualTo(HookResult.denySoft(PassedOn.LOST));
        assertThat(plugin.onRcptOk(tx, tx.asking("<b@example.com>"))).isEqualTo(HookResult.denySoft(PassedOn.LOST));
    }

    @Test
    void withoutThePasswordNothingIsSaid() {
        assertThat(plugin(Map.of("user", "me", "passwordFile", "absent")).onMail(tx, tx.sender()))
                .isEqualTo(HookResult.denySoft(SmtpProxy.MISCONFIGURED));
        assertThat(client.opened()).isEmpty();
    }

    // Whose mail

    @Test
    void mailOfClientsThatMayRelayIsPassedOnOnlyWhereTheOperatorSaysSo() {
        tx.grantRelaying("test");
        begun(Map.of());
        assertThat(client.opened()).isEmpty();

        client.opens(behind.answers(YES, YES, YES));
        var plugin = begun(Map.of("enableOutbound", true));
        rcpt(plugin, "<a@example.com>");
        assertThat(plugin.onQueueOutbound(tx, message)).isEqualTo(HookResult.ok(YES));
    }

    @Test
    void mailThatIsAnothersOrTurnsOutToBeIsLeftToThem() {
        client.opens(behind);
        var plugin = begun(Map.of());
        rcpt(plugin, "<a@example.com>");
        assertThat(plugin.onQueueOutbound(tx, message)).isSameAs(HookResult.CONTINUE);

        tx.notes().put(SmtpProxy.QUEUE_WANTS, "discard");
        assertThat(plugin.onMail(tx, tx.sender())).isSameAs(HookResult.CONTINUE);
        assertThat(behind.said()).doesNotContain("DATA");
    }

    // Settings

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
    host           | not a host     | host: no host, host:port, path of a socket or URL
    host           | lmtp://a       | host: want SMTP; the plugin lmtp speaks LMTP
    pool           | lmtp://a       | pool: want SMTP; the plugin lmtp speaks LMTP
    pool           | a:0            | pool: a port must be 1 to 65535
    order          | random         | order: want preference or round-robin: random
    deadTime       | PT2H           | deadTime: must be PT1S to PT1H: PT2H
    unreachable    | QUEUE          | unreachable: want DENYSOFT or CONTINUE: QUEUE
    connectTimeout | soon           | connectTimeout: want ISO-8601, such as PT30S: soon
    user           | me             | user: want user and passwordFile, or neither
    """)
    void aBadValueIsRefusedByName(String key, String value, String text) {
        assertThatThrownBy(() -> settings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(text);
    }

    @Test
    void withoutAServerItHasNoOpinion() {
        var plugin = begun(Map.of("host", ""));
        assertThat(plugin.onQueue(tx, message)).isSameAs(HookResult.CONTINUE);
        assertThat(client.opened()).isEmpty();
    }
}
