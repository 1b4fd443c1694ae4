package org.tarishi.plugin.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.Reply;
import org.tarishi.api.Results;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.UnknownOutcomeException;

class SmtpForwardTest {

    private static final Reply TAKEN = Reply.of(250, new EnhancedStatus(2, 0, 0), "queued as 4711");
    private static final Message MESSAGE = fake(Message.class, Map.of());

    private final List<String> results = new ArrayList<>();
    private final Client client = new Client();

    // The answer is the next hop's

    @Test
    void whatTheNextHopTakesIsOkInItsWords() {
        client.answers(accepted(TAKEN));

        assertThat(forward(Map.of(), "<a@example.com>", "<b@example.com>")).isEqualTo(HookResult.ok(TAKEN));
        assertThat(client.sent)
                .containsExactly("smtp://mx.example:25 <s@example.org> [<a@example.com>, <b@example.com>] PT30S all");
        assertThat(results).containsExactly("pass smtp://mx.example:25");
    }

    @Test
    void anyYesBecomesA250() {
        client.answers(accepted(Reply.of(252, "fine")));

        assertThat(forward(Map.of())).isEqualTo(HookResult.ok("fine"));
    }

    @Test
    void aRefusedRecipientRefusesTheMessageInTheNextHopsWords() {
        var no = Reply.of(550, new EnhancedStatus(5, 1, 1), "no such user");
        client.answers(new Answer(null, false, List.of(TAKEN, no), List.of()));

        assertThat(forward(Map.of(), "<a@example.com>", "<b@example.com>")).isEqualTo(HookResult.deny(no));
    }

    @Test
    void aRecipientRefusedForNowRefusesTheMessageForNow() {
        var later = Reply.of(450, new EnhancedStatus(4, 2, 1), "later");
        client.answers(new Answer(null, false, List.of(later, TAKEN), List.of()));

        assertThat(forward(Map.of(), "<a@example.com>", "<b@example.com>")).isEqualTo(HookResult.denySoft(later));
    }

    @Test
    void aRefusedMailOrMessageIsPassedOnWithItsCode() {
        var mail = Reply.of(553, new EnhancedStatus(5, 1, 8), "bad sender");
        client.answers(new Answer(mail, false, List.of(), List.of()));
        assertThat(forward(Map.of())).isEqualTo(HookResult.deny(mail));

        var data = Reply.of(552, "too big");
        client.answers(new Answer(null, false, List.of(TAKEN), List.of(data)));
        assertThat(forward(Map.of())).isEqualTo(HookResult.deny(data));
        assertThat(results).containsExactly("fail 553 5.1.8 bad sender", "fail 552 too big");
    }

    @Test
    void a421IsNotSaidToAClientWhoseConnectionStays() {
        client.answers(
                new Answer(null, false, List.of(TAKEN), List.of(Reply.of(421, new EnhancedStatus(4, 3, 2), "bye"))));

        assertThat(forward(Map.of())).isEqualTo(HookResult.denySoft(Reply.of(451, new EnhancedStatus(4, 3, 2), "bye")));
    }

    @Test
    void aRefusedSessionIsNeverARefusalForGood() {
        client.answers(new Answer(Reply.of(554, new EnhancedStatus(5, 7, 1), "go away"), true, List.of(), List.of()));
        assertThat(forward(Map.of()))
                .isEqualTo(HookResult.denySoft(Reply.of(
                        451, new EnhancedStatus(4, 3, 2), "Next hop takes no mail now, please try again later")));

        client.answers(new Answer(Reply.of(421, "too busy"), true, List.of(), List.of()));
        assertThat(forward(Map.of())).isEqualTo(HookResult.denySoft(Reply.of(451, "too busy")));
    }

    @Test
    void oneLmtpRecipientThatIsRefusedAfterTheDataRefusesTheMessage() {
        var full = Reply.of(452, new EnhancedStatus(4, 2, 2), "full");
        client.answers(new Answer(null, false, List.of(TAKEN, TAKEN), List.of(TAKEN, full)));

        assertThat(forward(Map.of("lmtp", true), "<a@example.com>", "<b@example.com>"))
                .isEqualTo(HookResult.denySoft(full));
        assertThat(client.sent.getFirst()).startsWith("lmtp://");
    }

    // No answer

    @Test
    void anUnreachableNextHopLeavesTheMessageToTheNextPlugin() {
        client.fails(new IOException("Connection refused"));

        assertThat(forward(Map.of())).isSameAs(HookResult.CONTINUE);
        assertThat(results).containsExactly("error unreachable: smtp://mx.example:25");
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
        assertThat(results).containsExactly("error outcome unknown");
    }

    // One message per recipient

    @Test
    void eachRecipientGetsATransactionWhereTheOperatorSaysSo() {
        client.answers(accepted(TAKEN), accepted(Reply.of(250, "second")));

        assertThat(forward(Map.of("oneMessagePerRecipient", true), "<a@example.com>", "<b@example.com>"))
                .isEqualTo(HookResult.ok("second"));
        assertThat(client.sent).hasSize(2).first().asString().contains("[<a@example.com>]");
    }

    @Test
    void theFirstRefusalOfSeveralTransactionsEndsThem() {
        var no = Reply.of(550, new EnhancedStatus(5, 1, 1), "no");
        client.answers(accepted(TAKEN), new Answer(null, false, List.of(no), List.of()));

        assertThat(forward(
                        Map.of("oneMessagePerRecipient", true),
                        "<a@example.com>",
                        "<b@example.com>",
                        "<c@example.com>"))
                .isEqualTo(HookResult.deny(no));
        assertThat(client.sent).hasSize(2);
    }

    @Test
    void whatOneRecipientHasIsNeverLeftToTheNextPlugin() {
        client.answers(accepted(TAKEN));
        client.fails(new IOException("Connection refused"));

        assertThat(forward(Map.of("oneMessagePerRecipient", true), "<a@example.com>", "<b@example.com>"))
                .isInstanceOf(HookResult.DenySoft.class);
    }

    // When it has no opinion

    @Test
    void withoutAHostItHasNoOpinion() {
        assertThat(forward(Map.of("host", ""))).isSameAs(HookResult.CONTINUE);
        assertThat(client.sent).isEmpty();
    }

    @Test
    void withoutARecipientItHasNoOpinion() {
        var plugin = new SmtpForward(Configs.settings(Map.of("host", "mx.example")), client);
        assertThat(plugin.onQueue(transaction(), MESSAGE)).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void mailOfClientsThatMayRelayIsTakenOnlyWhereTheOperatorSaysSo() {
        var plugin = new SmtpForward(Configs.settings(Map.of("host", "mx.example")), client);
        assertThat(plugin.onQueueOutbound(transaction("<a@example.com>"), MESSAGE))
                .isSameAs(HookResult.CONTINUE);
        assertThat(client.sent).isEmpty();

        client.answers(accepted(TAKEN));
        plugin.modified(Configs.of(Map.of("host", "mx.example", "enableOutbound", true)));
        assertThat(plugin.onQueueOutbound(transaction("<a@example.com>"), MESSAGE))
                .isEqualTo(HookResult.ok(TAKEN));
    }

    private HookResult forward(Map<String, Object> values, String... rcpts) {
        var all = new java.util.HashMap<String, Object>(Map.of("host", "mx.example"));
        all.putAll(values);
        var plugin = new SmtpForward(Configs.settings(all), client);
        return plugin.onQueue(transaction(rcpts.length == 0 ? new String[] {"<a@example.com>"} : rcpts), MESSAGE);
    }

    private Transaction transaction(String... rcpts) {
        var all = Arrays.stream(rcpts).map(Recipient::parse).toList();
        var noted = (Results) Proxy.newProxyInstance(
                Results.class.getClassLoader(), new Class<?>[] {Results.class}, (proxy, method, args) -> {
                    results.add(method.getName() + " " + args[0]);
                    return null;
                });
        return fake(
                Transaction.class,
                Map.of(
                        "id",
                        "ID.1",
                        "sender",
                        ReversePath.parse("<s@example.org>"),
                        "recipients",
                        fake(Recipients.class, Map.of("all", all)),
                        "results",
                        noted));
    }

    private static <T> T fake(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            var answer = answers.get(method.getName());
            if (answer == null) {
                throw new UnsupportedOperationException(method.toString());
            }
            return answer;
        }));
    }

    private static Answer accepted(Reply reply) {
        return new Answer(null, false, List.of(Reply.of(250, "ok")), List.of(reply));
    }

    private record Answer(@Nullable Reply refused, boolean isSessionRefused, List<Reply> recipients, List<Reply> data)
            implements SmtpClient.Outcome {

        @Override
        public Optional<Reply> refusal() {
            return Optional.ofNullable(refused);
        }

        @Override
        public Reply decisive() {
            if (refused != null) {
                return refused;
            }
            var last = data.isEmpty() ? recipients : data;
            return last.stream().filter(r -> !r.isPositive()).findFirst().orElseGet(last::getFirst);
        }
    }

    private record Chosen(Duration time, boolean isAll) implements SmtpClient.Options {
        @Override
        public SmtpClient.Options connectTimeout(Duration other) {
            return new Chosen(other, isAll);
        }

        @Override
        public SmtpClient.Options allRecipientsOrNone() {
            return new Chosen(time, true);
        }

        @Override
        public SmtpClient.Options authPreferred() {
            throw new UnsupportedOperationException();
        }
    }

    /** Answers in the order that it was told, and notes what it was asked. */
    private static final class Client implements SmtpClient {
        private final List<Object> answers = new ArrayList<>();
        private final List<String> sent = new ArrayList<>();

        void answers(Outcome... outcomes) {
            answers.addAll(List.of(outcomes));
        }

        void fails(IOException e) {
            answers.add(e);
        }

        @Override
        public Outcome send(
                Route route, ReversePath from, List<Recipient> to, Message message, SmtpClient.Options options)
                throws IOException {
            assertThat(message).isSameAs(MESSAGE);
            var how = (Chosen) options;
            sent.add(route + " " + from + " " + to + " " + how.time + (how.isAll ? " all" : ""));
            var answer = answers.removeFirst();
            if (answer instanceof IOException e) {
                throw e;
            }
            return (Outcome) answer;
        }

        @Override
        public SmtpClient.Options options() {
            return new Chosen(Duration.ofHours(1), false);
        }
    }
}
