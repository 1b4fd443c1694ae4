package org.tarishi.plugin.lmtp;

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
import java.util.HashMap;
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
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeMailer;
import org.tarishi.testing.FakeMessage;
import org.tarishi.testing.FakeNotes;
import org.tarishi.testing.FakeSmtpClient;
import org.tarishi.testing.FakeTables;
import org.tarishi.testing.FakeTransaction;

class LmtpTest {

    private static final Reply OK = Reply.of(250, "ok");
    private static final Reply STORED = Reply.of(250, new EnhancedStatus(2, 0, 0), "saved");
    private static final Reply FULL = Reply.of(452, new EnhancedStatus(4, 2, 2), "full");
    private static final Reply UNKNOWN = Reply.of(550, new EnhancedStatus(5, 1, 1), "no such user");
    private static final String ROUTES = "file:routes";

    private final FakeMessage message = FakeMessage.of("Subject: a", "", "b");
    private final FakeSmtpClient client = new FakeSmtpClient();
    private final FakeMailer queue = new FakeMailer();
    private final FakeTables tables = new FakeTables();
    private FakeTransaction tx = FakeTransaction.from("192.0.2.7");

    @TempDir
    Path conf;

    private Lmtp plugin(Map<String, Object> values) {
        var settings = new Settings(FakeConfiguration.of(Config.class, values));
        return new Lmtp(settings, client, queue, tables, conf, () -> 0);
    }

    private HookResult store(Map<String, Object> values, String... recipients) {
        var all = new HashMap<String, Object>(Map.of("host", "/run/lmtp.sock"));
        all.putAll(values);
        return plugin(all).onQueue(transaction(recipients), message);
    }

    private FakeTransaction transaction(String... recipients) {
        tx = FakeTransaction.from("192.0.2.7").withSender("<s@example.org>").withRecipients(recipients);
        return tx;
    }

    private List<String> queued() {
        return queue.sent().stream().map(sent -> sent.from() + " " + sent.to()).toList();
    }

    // Everybody has the same end

    @Test
    void whatTheStoreTakesForAllIsOkInItsWords() {
        client.answers(said(List.of(OK, OK), List.of(STORED, STORED)));

        assertThat(store(Map.of(), "<a@e.example>", "<b@e.example>")).isEqualTo(HookResult.ok(STORED));
        assertThat(client.sent()).singleElement().satisfies(sent -> {
            assertThat(sent.route())
                    .isEqualTo(Route.to(Path.of("/run/lmtp.sock")).withLmtp());
            assertThat(sent.isAllOrNone()).isFalse();
            assertThat(sent.to()).hasSize(2);
        });
        assertThat(queue.sent()).isEmpty();
    }

    @Test
    void whatIsRefusedForAllForGoodIsRefused() {
        client.answers(said(List.of(UNKNOWN, OK), List.of(UNKNOWN)));
        assertThat(store(Map.of(), "<a@e.example>", "<b@e.example>")).isEqualTo(HookResult.deny(UNKNOWN));

        client.answers(mailRefused(UNKNOWN));
        assertThat(store(Map.of(), "<a@e.example>", "<b@e.example>")).isEqualTo(HookResult.deny(UNKNOWN));
        assertThat(queue.sent()).isEmpty();
    }

    @Test
    void whereNobodyHasItAndOneMayYetItIsRefusedForNow() {
        client.answers(said(List.of(UNKNOWN, OK), List.of(FULL)));

        assertThat(store(Map.of(), "<a@e.example>", "<b@e.example>")).isEqualTo(HookResult.denySoft(FULL));
        assertThat(queue.sent()).isEmpty();
    }

    // Some have it

    @Test
    void theRestOfThoseWhoHaveItIsQueuedAndTheClientHearsYes() {
        client.answers(said(List.of(OK, UNKNOWN, OK), List.of(STORED, FULL)));

        assertThat(store(Map.of(), "<a@e.example>", "<b@e.example>", "<c@e.example>"))
                .isEqualTo(HookResult.ok(STORED));
        assertThat(queued()).containsExactly("<s@example.org> [<b@e.example>, <c@e.example>]");
        assertThat(queue.sent().getFirst().content()).isEqualTo("Subject: a\r\n\r\nb\r\n");
        assertThat(queue.sent().getFirst().notes()).containsEntry("lmtp.store", true);
        assertThat(queue.sent().getFirst().origin()).isEqualTo("lmtp");
    }

    @Test
    void aStoreThatIsDownLeavesItsShareToTheQueueWhereAnotherHasItsOwn() {
        tables.with(ROUTES, Map.of("a.example", "/run/a", "b.example", "/run/b"));
        client.answers(taken(STORED)).fails(new IOException("refused"));

        assertThat(store(Map.of("routes", new String[] {ROUTES}), "<u@a.example>", "<u@b.example>"))
                .isEqualTo(HookResult.ok(STORED));
        assertThat(queued()).containsExactly("<s@example.org> [<u@b.example>]");
    }

    @Test
    void aStoreThatHasTakenTooLongLeavesTheOthersToTheQueue() {
        tables.with(ROUTES, Map.of("a.example", "/run/a", "b.example", "/run/b"));
        client.answers(taken(STORED));
        var minutes = new AtomicLong();
        var plugin = new Lmtp(
                new Settings(FakeConfiguration.of(Config.class, Map.of("routes", new String[] {ROUTES}))),
                client,
                queue,
                tables,
                conf,
                () -> Duration.ofMinutes(client.sent().isEmpty() ? 0 : minutes.addAndGet(2))
                        .toNanos());

        assertThat(plugin.onQueue(transaction("<u@a.example>", "<u@b.example>"), message))
                .isEqualTo(HookResult.ok(STORED));
        assertThat(client.sent()).hasSize(1);
        assertThat(queued()).containsExactly("<s@example.org> [<u@b.example>]");
    }

    @Test
    void aRestThatCannotBeQueuedIsARefusalForNow() {
        client.answers(said(List.of(OK, UNKNOWN), List.of(STORED)));
        queue.fails(new IOException("disk full"));
        assertThat(store(Map.of(), "<a@e.example>", "<b@e.example>")).isInstanceOf(HookResult.DenySoft.class);

        var refusing = new FakeMailer().answers(Reply.of(550, "no"));
        client.answers(said(List.of(OK, UNKNOWN), List.of(STORED)));
        var plugin = new Lmtp(
                new Settings(FakeConfiguration.of(Config.class, Map.of("host", "/run/x"))),
                client,
                refusing,
                tables,
                conf,
                () -> 0);
        assertThat(plugin.onQueue(transaction("<a@e.example>", "<b@e.example>"), message))
                .isInstanceOf(HookResult.DenySoft.class);
    }

    // No answer

    @Test
    void anUnreachableStoreIsWhatTheOperatorSays() {
        client.fails(new IOException("refused"))
                .fails(new IOException("refused"))
                .fails(new IOException("refused"));

        assertThat(store(Map.of(), "<a@e.example>")).isInstanceOf(HookResult.DenySoft.class);
        assertThat(store(Map.of("unreachable", "CONTINUE"), "<a@e.example>")).isSameAs(HookResult.CONTINUE);
        assertThat(queue.sent()).isEmpty();
        assertThat(store(Map.of("unreachable", "QUEUE"), "<a@e.example>")).isInstanceOf(HookResult.Ok.class);
        assertThat(queued()).containsExactly("<s@example.org> [<a@e.example>]");
    }

    @Test
    void anUnknownOutcomeIsARefusalForNowAndNeverLeftToOthers() {
        client.fails(new UnknownOutcomeException("gone", new IOException("reset")));

        assertThat(store(Map.of("unreachable", "CONTINUE"), "<a@e.example>")).isInstanceOf(HookResult.DenySoft.class);
    }

    @Test
    void aRefusedSessionIsNeverARefusalForGood() {
        client.answers(sessionRefused(Reply.of(554, "go away")));
        assertThat(store(Map.of("unreachable", "CONTINUE"), "<a@e.example>")).isInstanceOf(HookResult.DenySoft.class);

        client.answers(sessionRefused(Reply.of(421, "busy")));
        assertThat(store(Map.of(), "<a@e.example>")).isEqualTo(HookResult.denySoft(Reply.of(451, "busy")));
    }

    @Test
    void theNextHostOfThePoolIsTried() {
        client.fails(new IOException("refused")).answers(taken(STORED));

        assertThat(store(Map.of("pool", new String[] {"b.example"}), "<a@e.example>"))
                .isEqualTo(HookResult.ok(STORED));
        assertThat(client.sent().getLast().route())
                .isEqualTo(Route.to("b.example", 24).withLmtp());
    }

    // Queued

    @Test
    void mailIsOnlyQueuedWhereTheOperatorSaysSo() {
        assertThat(store(Map.of("deliver", "queued"), "<a@e.example>", "<b@e.example>"))
                .isInstanceOf(HookResult.Ok.class);
        assertThat(queued()).containsExactly("<s@example.org> [<a@e.example>, <b@e.example>]");
        assertThat(client.sent()).isEmpty();

        queue.answers(Reply.of(452, "full"));
        assertThat(store(Map.of("deliver", "queued"), "<a@e.example>"))
                .isEqualTo(HookResult.denySoft(Reply.of(452, "full")));
    }

    @Test
    void whatWasQueuedForTheStoreGoesThere() throws IOException {
        Files.writeString(conf.resolve("p"), "secret\n");
        tables.with(ROUTES, Map.of("a.example", "mx.a.example user=me passwordFile=p"));
        var plugin = plugin(Map.of("host", "/run/main", "routes", new String[] {ROUTES}));

        assertThat(plugin.onRoute(mail(true, "<u@b.example>"), MailHost.parse("b.example")))
                .isEqualTo(
                        MxResult.routes(List.of(Route.to(Path.of("/run/main")).withLmtp())));
        assertThat(plugin.onRoute(mail(false, "<u@a.example>"), MailHost.parse("a.example")))
                .isEqualTo(MxResult.routes(
                        List.of(Route.to("mx.a.example", 24).withLmtp().withCredentials("me", "secret"))));
        assertThat(plugin.onRoute(mail(false, "<u@b.example>"), MailHost.parse("b.example")))
                .isSameAs(MxResult.CONTINUE);
    }

    @Test
    void whatWasQueuedForAStoreThatIsGoneWaits() {
        assertThat(plugin(Map.of()).onRoute(mail(true, "<u@b.example>"), MailHost.parse("b.example")))
                .isEqualTo(MxResult.defer(Lmtp.MISCONFIGURED));
        assertThat(plugin(Map.of()).onRoute(mail(false, "<u@b.example>"), MailHost.parse("b.example")))
                .isSameAs(MxResult.CONTINUE);
    }

    private static OutboundMail mail(boolean isMarked, String to) {
        var notes = new FakeNotes();
        if (isMarked) {
            notes.put(Lmtp.STORE, true);
        }
        return (OutboundMail) Proxy.newProxyInstance(
                OutboundMail.class.getClassLoader(),
                new Class<?>[] {OutboundMail.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "id" -> "ID.1.1";
                    case "transactionNotes" -> notes;
                    case "sender" -> ReversePath.parse("<s@example.org>");
                    case "recipients" -> List.of(Recipient.parse(to));
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }

    // When it has no opinion

    @Test
    void itHasNoOpinionWithoutAStoreOrARecipientOrABodyOrWhereAnotherIsWanted() {
        assertThat(plugin(Map.of()).onQueue(transaction("<a@e.example>"), message))
                .isSameAs(HookResult.CONTINUE);
        assertThat(store(Map.of())).isSameAs(HookResult.CONTINUE);
        var plugin = plugin(Map.of("host", "/run/x"));
        transaction("<a@e.example>").discardBody();
        assertThat(plugin.onQueue(tx, message)).isSameAs(HookResult.CONTINUE);
        transaction("<a@e.example>").notes().put(Lmtp.QUEUE_WANTS, "maildir");
        assertThat(plugin.onQueue(tx, message)).isSameAs(HookResult.CONTINUE);
        assertThat(client.sent()).isEmpty();
    }

    @Test
    void mailOfClientsThatMayRelayIsTakenDirectlyWhereAllOfItIsTheStores() {
        tables.with(ROUTES, Map.of("a.example", "/run/a outbound=true"));
        var plugin = plugin(Map.of("routes", new String[] {ROUTES}));
        client.answers(taken(STORED));

        assertThat(plugin.onQueueOutbound(transaction("<u@a.example>"), message))
                .isEqualTo(HookResult.ok(STORED));
        assertThat(plugin.onQueueOutbound(transaction("<u@a.example>", "<u@b.example>"), message))
                .isSameAs(HookResult.CONTINUE);
    }

    @Test
    void recipientsWithAndWithoutAStoreAreKeptApart() {
        tables.with(ROUTES, Map.of("a.example", "/run/a", "b.example", "/run/b", "c.example", "queue=maildir"));
        var check = new Check(
                new Settings(FakeConfiguration.of(Config.class, Map.of("routes", new String[] {ROUTES}))), tables);
        transaction("<u@a.example>");

        assertThat(check.onRcptOk(tx, tx.asking("<u@b.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(check.onRcptOk(tx, tx.asking("<u@c.example>"))).isEqualTo(HookResult.denySoft(Check.SPLIT));
        assertThat(check.onRcptOk(tx, tx.asking("<u@d.example>"))).isEqualTo(HookResult.denySoft(Check.SPLIT));
        assertThat(plugin(Map.of("routes", new String[] {ROUTES}))
                        .onQueue(transaction("<u@a.example>", "<u@d.example>"), message))
                .isEqualTo(HookResult.denySoft(Lmtp.MISCONFIGURED));
    }

    @Test
    void aPasswordThatCannotBeReadIsARefusalForNowBeforeAnythingIsSent() {
        assertThat(store(Map.of("user", "me", "passwordFile", "absent"), "<a@e.example>"))
                .isEqualTo(HookResult.denySoft(Lmtp.MISCONFIGURED));
        assertThat(client.sent()).isEmpty();
    }
}
