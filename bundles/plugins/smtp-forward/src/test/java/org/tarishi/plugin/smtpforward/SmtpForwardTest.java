package org.tarishi.plugin.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.testing.FakeSmtpClient.mailRefused;
import static org.tarishi.testing.FakeSmtpClient.said;
import static org.tarishi.testing.FakeSmtpClient.sessionRefused;
import static org.tarishi.testing.FakeSmtpClient.taken;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.MailHost;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.testing.FakeMessage;
import org.tarishi.testing.FakeSmtpClient;
import org.tarishi.testing.FakeTables;
import org.tarishi.testing.FakeTransaction;

class SmtpForwardTest {

    private static final Reply TAKEN = Reply.of(250, new EnhancedStatus(2, 0, 0), "queued as 4711");
    private static final Message MESSAGE = FakeMessage.of("Subject: a", "", "b");
    private static final String ROUTES = "file:routes";

    private final FakeSmtpClient client = new FakeSmtpClient();
    private final FakeTables tables = new FakeTables();
    private final AtomicLong now = new AtomicLong();
    private FakeTransaction tx = FakeTransaction.from("192.0.2.7");

    @TempDir
    Path conf;

    // The answer is the next hop's

    @Test
    void whatTheNextHopTakesIsOkInItsWords() {
        client.answers(taken(TAKEN));

        assertThat(forward(Map.of(), "<a@example.com>", "<b@example.com>")).isEqualTo(HookResult.ok(TAKEN));
        assertThat(sent())
                .containsExactly("smtp://mx.example:25 <s@example.org> [<a@example.com>, <b@example.com>] PT30S all");
        assertThat(tx.results().own().passed()).containsExactly("smtp://mx.example:25");
    }

    @Test
    void anyYesBecomesA250() {
        client.answers(taken(Reply.of(252, "fine")));

        assertThat(forward(Map.of())).isEqualTo(HookResult.ok("fine"));
    }

    @Test
    void aRefusedRecipientRefusesTheMessageInTheNextHopsWords() {
        var no = Reply.of(550, new EnhancedStatus(5, 1, 1), "no such user");
        client.answers(said(List.of(TAKEN, no), List.of()));

        assertThat(forward(Map.of(), "<a@example.com>", "<b@example.com>")).isEqualTo(HookResult.deny(no));
    }

    @Test
    void aRecipientRefusedForNowRefusesTheMessageForNow() {
        var later = Reply.of(450, new EnhancedStatus(4, 2, 1), "later");
        client.answers(said(List.of(later, TAKEN), List.of()));

        assertThat(forward(Map.of(), "<a@example.com>", "<b@example.com>")).isEqualTo(HookResult.denySoft(later));
    }

    @Test
    void aRefusedMailOrMessageIsPassedOnWithItsCode() {
        var mail = Reply.of(553, new EnhancedStatus(5, 1, 8), "bad sender");
        client.answers(mailRefused(mail));
        assertThat(forward(Map.of())).isEqualTo(HookResult.deny(mail));

        var data = Reply.of(552, "too big");
        client.answers(said(List.of(TAKEN), List.of(data)));
        assertThat(forward(Map.of())).isEqualTo(HookResult.deny(data));
        assertThat(tx.results().own().failed()).containsExactly("552 too big");
    }

    @Test
    void a421IsNotSaidToAClientWhoseConnectionStays() {
        client.answers(said(List.of(TAKEN), List.of(Reply.of(421, new EnhancedStatus(4, 3, 2), "bye"))));

        assertThat(forward(Map.of())).isEqualTo(HookResult.denySoft(Reply.of(451, new EnhancedStatus(4, 3, 2), "bye")));
    }

    @Test
    void aRefusedSessionIsNeverARefusalForGood() {
        client.answers(sessionRefused(Reply.of(554, new EnhancedStatus(5, 7, 1), "go away")));
        assertThat(forward(Map.of()))
                .isEqualTo(HookResult.denySoft(Reply.of(
                        451, new EnhancedStatus(4, 3, 2), "Next hop takes no mail now, please try again later")));

        client.answers(sessionRefused(Reply.of(421, "too busy")));
        assertThat(forward(Map.of())).isEqualTo(HookResult.denySoft(Reply.of(451, "too busy")));
    }

    @Test
    void oneLmtpRecipientThatIsRefusedAfterTheDataRefusesTheMessage() {
        var full = Reply.of(452, new EnhancedStatus(4, 2, 2), "full");
        client.answers(said(List.of(TAKEN, TAKEN), List.of(TAKEN, full)));

        assertThat(forward(Map.of("lmtp", true), "<a@example.com>", "<b@example.com>"))
                .isEqualTo(HookResult.denySoft(full));
        assertThat(sent().getFirst()).startsWith("lmtp://");
    }

    // No answer

    @Test
    void anUnreachableNextHopLeavesTheMessageToTheNextPlugin() {
        client.fails(new IOException("Connection refused"));

        assertThat(forward(Map.of())).isSameAs(HookResult.CONTINUE);
        assertThat(tx.results().own().errors()).containsExactly("unreachable: smtp://mx.example:25");
    }

    @Test
    void anUnreachableNextHopIsARefusalForNowWhereTheOperatorSaysSo() {
        client.fails(new IOException("Connection refused"));

        assertThat(forward(Map.of("unreachable", "DENYSOFT")))
                .isEqualTo(HookResult.denySoft(Reply.of(
                        451, new EnhancedStatus(4, 4, 1), "Next hop can't be reached, please try again later")));
    }

    @Test
    void anUnknownOutcomeIsNeverLeftToTheNextPlugin() {
        client.fails(new UnknownOutcomeException("gone", new IOException("reset")));

        assertThat(forward(Map.of()))
                .isEqualTo(HookResult.denySoft(Reply.of(
                        451, new EnhancedStatus(4, 4, 2), "Connection to the next hop lost, please try again later")));
        assertThat(tx.results().own().errors()).containsExactly("outcome unknown");
    }

    // One message per recipient

    @Test
    void eachRecipientGetsATransactionWhereTheOperatorSaysSo() {
        client.answers(taken(TAKEN), taken(Reply.of(250, "second")));

        assertThat(forward(Map.of("oneMessagePerRecipient", true), "<a@example.com>", "<b@example.com>"))
                .isEqualTo(HookResult.ok("second"));
        assertThat(sent()).hasSize(2).first().asString().contains("[<a@example.com>]");
    }

    @Test
    void theFirstRefusalOfSeveralTransactionsEndsThem() {
        var no = Reply.of(550, new EnhancedStatus(5, 1, 1), "no");
        client.answers(taken(TAKEN), said(List.of(no), List.of()));

        assertThat(forward(
                        Map.of("oneMessagePerRecipient", true),
                        "<a@example.com>",
                        "<b@example.com>",
                        "<c@example.com>"))
                .isEqualTo(HookResult.deny(no));
        assertThat(sent()).hasSize(2);
    }

    @Test
    void whatOneRecipientHasIsNeverLeftToTheNextPlugin() {
        client.answers(taken(TAKEN));
        client.fails(new IOException("Connection refused"));

        assertThat(forward(Map.of("oneMessagePerRecipient", true), "<a@example.com>", "<b@example.com>"))
                .isInstanceOf(HookResult.DenySoft.class);
    }

    // When it has no opinion

    @Test
    void withoutAHostItHasNoOpinion() {
        assertThat(forward(Map.of("host", ""))).isSameAs(HookResult.CONTINUE);
        assertThat(sent()).isEmpty();
    }

    @Test
    void withoutARecipientItHasNoOpinion() {
        var plugin = plugin(Map.of("host", "mx.example"));
        assertThat(plugin.onQueue(transaction(), MESSAGE)).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void mailOfClientsThatMayRelayIsTakenOnlyWhereTheOperatorSaysSo() {
        var plugin = plugin(Map.of("host", "mx.example"));
        assertThat(plugin.onQueueOutbound(transaction("<a@example.com>"), MESSAGE))
                .isSameAs(HookResult.CONTINUE);
        assertThat(sent()).isEmpty();

        client.answers(taken(TAKEN));
        plugin.modified(Configs.of(Map.of("host", "mx.example", "enableOutbound", true)));
        assertThat(plugin.onQueueOutbound(transaction("<a@example.com>"), MESSAGE))
                .isEqualTo(HookResult.ok(TAKEN));
    }

    // Pools

    @Test
    void theNextHostIsTriedWhereTheFirstTakesNoSession() {
        client.fails(new IOException("Connection refused"));
        client.answers(sessionRefused(Reply.of(554, "no")), mailRefused(Reply.of(452, "full")), taken(TAKEN));

        assertThat(forward(Map.of("pool", new String[] {"b.example", "c.example", "d.example"})))
                .isEqualTo(HookResult.ok(TAKEN));
        assertThat(hosts()).containsExactly("mx.example", "b.example", "c.example", "d.example");
    }

    @Test
    void whatAHostSaysOfARecipientIsFinal() {
        var no = Reply.of(450, "later");
        client.answers(said(List.of(no), List.of()));

        assertThat(forward(Map.of("pool", new String[] {"b.example"}))).isEqualTo(HookResult.denySoft(no));
        assertThat(hosts()).containsExactly("mx.example");
    }

    @Test
    void aHostThatFailedIsLeftOutForATimeAndThenTriedByOneMessage() {
        var plugin = plugin(Map.of("host", "a.example", "pool", new String[] {"b.example"}));
        client.fails(new IOException("down")).answers(taken(TAKEN), taken(TAKEN));
        plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        assertThat(hosts()).containsExactly("a.example", "b.example", "b.example");

        now.addAndGet(Duration.ofSeconds(10).toNanos());
        client.fails(new IOException("down")).answers(taken(TAKEN), taken(TAKEN));
        plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        assertThat(hosts().subList(3, 6)).containsExactly("a.example", "b.example", "b.example");

        now.addAndGet(Duration.ofSeconds(10).toNanos());
        client.answers(taken(TAKEN), taken(TAKEN));
        plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        assertThat(hosts().subList(6, 8)).containsExactly("a.example", "a.example");
    }

    @Test
    void messagesAreSharedOutInTurn() {
        var plugin = plugin(Map.of("pool", new String[] {"a.example", "b.example"}, "order", "round-robin"));
        client.answers(taken(TAKEN), taken(TAKEN), taken(TAKEN));
        for (int i = 0; i < 3; i++) {
            plugin.onQueue(transaction("<u@example.com>"), MESSAGE);
        }

        assertThat(hosts()).containsExactly("a.example", "b.example", "a.example");
    }

    @Test
    void anUnknownOutcomeIsNeverTriedElsewhere() {
        client.fails(new UnknownOutcomeException("gone", new IOException("reset")));

        assertThat(forward(Map.of("pool", new String[] {"b.example"}))).isInstanceOf(HookResult.DenySoft.class);
        assertThat(client.sent()).hasSize(1);
    }

    // Routes

    @Test
    void aRecipientHasTheRouteOfItsAddressElseOfItsDomainElseOfAll() {
        tables.with(
                ROUTES,
                Map.of(
                        "boss@a.example",
                        "smtps://boss.example",
                        "a.example",
                        "mx.a.example:26 tls=none helo=us.example"));
        client.answers(taken(TAKEN), taken(TAKEN), taken(TAKEN));
        var plugin = plugin(Map.of("host", "mx.example", "routes", new String[] {ROUTES}));
        plugin.onQueue(transaction("<boss@a.example>"), MESSAGE);
        plugin.onQueue(transaction("<u@a.example>"), MESSAGE);
        plugin.onQueue(transaction("<u@b.example>"), MESSAGE);

        assertThat(client.sent())
                .extracting(FakeSmtpClient.Sent::route)
                .containsExactly(
                        Route.to("boss.example", 465).withTls(RouteTls.REQUIRED.atOnce()),
                        Route.to("mx.a.example", 26).withHeloName("us.example").withTls(RouteTls.NONE),
                        Route.to("mx.example", 25));
    }

    @Test
    void theRouteMayBeTheSenders() {
        tables.with(ROUTES, Map.of("example.org", "of-sender.example"));
        client.answers(taken(TAKEN));
        plugin(Map.of("routes", new String[] {ROUTES}, "routeBy", "sender"))
                .onQueue(transaction("<u@b.example>"), MESSAGE);

        assertThat(hosts()).containsExactly("of-sender.example");
    }

    @Test
    void recipientsOfSeveralRoutesHaveATransactionEach() {
        tables.with(ROUTES, Map.of("a.example", "mx.a.example", "b.example", "mx.b.example"));
        client.answers(taken(TAKEN), taken(TAKEN));
        plugin(Map.of("routes", new String[] {ROUTES}))
                .onQueue(transaction("<u@a.example>", "<u@b.example>", "<v@a.example>"), MESSAGE);

        assertThat(sent())
                .containsExactly(
                        "smtp://mx.a.example:25 <s@example.org> [<u@a.example>, <v@a.example>] PT30S all",
                        "smtp://mx.b.example:25 <s@example.org> [<u@b.example>] PT30S all");
    }

    @Test
    void recipientsWithAndWithoutANextHopAreRefusedForNow() {
        tables.with(ROUTES, Map.of("a.example", "mx.a.example"));

        assertThat(plugin(Map.of("routes", new String[] {ROUTES}))
                        .onQueue(transaction("<u@a.example>", "<u@b.example>"), MESSAGE))
                .isEqualTo(HookResult.denySoft(SmtpForward.MISCONFIGURED));
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void aRouteThatCannotBeToldOrReadIsARefusalForNow() {
        var plugin = plugin(Map.of("routes", new String[] {ROUTES}));
        assertThat(plugin.onQueue(transaction("<u@a.example>"), MESSAGE))
                .isEqualTo(HookResult.denySoft(SmtpForward.TRY_LATER));

        tables.with(ROUTES, Map.of("a.example", "smtp://me:secret@"));
        assertThat(plugin.onQueue(transaction("<u@a.example>"), MESSAGE))
                .isEqualTo(HookResult.denySoft(SmtpForward.MISCONFIGURED));
    }

    @Test
    void aRouteMayTakeMailOfWhoMayRelayWhereOthersDoNot() {
        tables.with(ROUTES, Map.of("a.example", "mx.a.example outbound=true", "b.example", "mx.b.example"));
        var plugin = plugin(Map.of("routes", new String[] {ROUTES}));
        client.answers(taken(TAKEN));

        assertThat(plugin.onQueueOutbound(transaction("<u@a.example>"), MESSAGE))
                .isInstanceOf(HookResult.Ok.class);
        assertThat(plugin.onQueueOutbound(transaction("<u@b.example>"), MESSAGE))
                .isSameAs(HookResult.CONTINUE);
    }

    @Test
    void mailThatIsMeantForAnotherPluginIsLeftToIt() {
        tables.with(ROUTES, Map.of("a.example", "queue=maildir"));
        var plugin = plugin(Map.of("host", "mx.example", "routes", new String[] {ROUTES}));
        assertThat(plugin.onQueue(transaction("<u@a.example>"), MESSAGE)).isSameAs(HookResult.CONTINUE);

        transaction("<u@b.example>");
        tx.notes().put(SmtpForward.QUEUE_WANTS, "discard");
        assertThat(plugin.onQueue(tx, MESSAGE)).isSameAs(HookResult.CONTINUE);

        client.answers(taken(TAKEN));
        tx.notes().put(SmtpForward.QUEUE_WANTS, "smtp_forward");
        assertThat(plugin.onQueue(tx, MESSAGE)).isEqualTo(HookResult.ok(TAKEN));
    }

    @Test
    void aMessageWhoseBodyWasNotKeptIsLeftToOthers() {
        transaction("<u@b.example>");
        tx.discardBody();
        assertThat(plugin(Map.of("host", "mx.example")).onQueue(tx, MESSAGE)).isSameAs(HookResult.CONTINUE);
    }

    // Login

    @Test
    void thePasswordIsReadAnewForEachMessageAndShownNowhere() throws IOException {
        Files.writeString(conf.resolve("next.password"), "first\n");
        client.answers(taken(TAKEN), taken(TAKEN));
        var plugin = plugin(
                Map.of("host", "mx.example", "user", "me", "passwordFile", "next.password", "authPreferred", true));
        plugin.onQueue(transaction("<u@b.example>"), MESSAGE);
        Files.writeString(conf.resolve("next.password"), "second\n");
        plugin.onQueue(transaction("<u@b.example>"), MESSAGE);

        assertThat(client.sent())
                .extracting(sent ->
                        sent.route().user().orElse("") + sent.route().secret().orElse(""))
                .containsExactly("mefirst", "mesecond");
        assertThat(client.sent()).allMatch(FakeSmtpClient.Sent::isAuthPreferred);
        assertThat(client.sent().toString()).doesNotContain("first").doesNotContain("second");
    }

    @Test
    void withoutThePasswordNothingIsSentForNow() {
        assertThat(forward(Map.of("user", "me", "passwordFile", "absent")))
                .isEqualTo(HookResult.denySoft(SmtpForward.MISCONFIGURED));
        assertThat(client.sent()).isEmpty();
    }

    // Queued mail

    @Test
    void queuedMailGoesByTheRouteOfItsDomain() {
        tables.with(ROUTES, Map.of("a.example", "mx.a.example mx2.a.example", "b.example", "queue=lmtp"));
        var plugin = plugin(Map.of("host", "mx.example", "routes", new String[] {ROUTES}));

        assertThat(plugin.onRoute(mail("<u@a.example>"), MailHost.parse("a.example")))
                .isEqualTo(MxResult.routes(List.of(Route.to("mx.a.example", 25), Route.to("mx2.a.example", 25))));
        assertThat(plugin.onRoute(mail("<u@b.example>"), MailHost.parse("b.example")))
                .isSameAs(MxResult.CONTINUE);
        assertThat(plugin.onRoute(mail("<u@c.example>"), MailHost.parse("c.example")))
                .isSameAs(MxResult.CONTINUE);
        tables.without(ROUTES);
        assertThat(plugin.onRoute(mail("<u@a.example>"), MailHost.parse("a.example")))
                .isEqualTo(MxResult.defer(SmtpForward.TRY_LATER));
    }

    private static OutboundMail mail(String to) {
        return (OutboundMail) Proxy.newProxyInstance(
                OutboundMail.class.getClassLoader(),
                new Class<?>[] {OutboundMail.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "sender" -> ReversePath.parse("<s@example.org>");
                    case "recipients" -> List.of(Recipient.parse(to));
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    private List<String> hosts() {
        return client.sent().stream()
                .map(sent -> sent.route().host().orElse(""))
                .toList();
    }

    private HookResult forward(Map<String, Object> values, String... rcpts) {
        var all = new java.util.HashMap<String, Object>(Map.of("host", "mx.example"));
        all.putAll(values);
        return plugin(all).onQueue(transaction(rcpts.length == 0 ? new String[] {"<a@example.com>"} : rcpts), MESSAGE);
    }

    private SmtpForward plugin(Map<String, Object> values) {
        return new SmtpForward(Configs.settings(values), client, tables, conf, now::get);
    }

    private Transaction transaction(String... rcpts) {
        tx = FakeTransaction.from("192.0.2.7").withSender("<s@example.org>").withRecipients(rcpts);
        return tx;
    }

    private List<String> sent() {
        return client.sent().stream()
                .map(sent -> sent.route() + " " + sent.from() + " " + sent.to() + " " + sent.connectTimeout()
                        + (sent.isAllOrNone() ? " all" : ""))
                .toList();
    }
}
