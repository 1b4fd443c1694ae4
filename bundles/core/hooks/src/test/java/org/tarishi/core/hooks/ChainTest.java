package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.AttachmentHook;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.DenyHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RdnsHook;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.hook.UnknownCommandHook;
import org.tarishi.api.hook.VerbHandler;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Trace;
import org.tarishi.core.spi.Verdict;

/** Who is asked, in which order, and what the answers make together. */
final class ChainTest {

    private static final Recipient RCPT = Recipient.parse("<a@b.example>");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private void with(Object... settings) {
        kit.close();
        kit = new Kit(settings);
    }

    private Kit.Described named(String name) {
        return kit.plugin(name);
    }

    private ConnectHook says(String name) {
        return connection -> {
            asked.add(name);
            return HookResult.CONTINUE;
        };
    }

    private List<String> order(Moment moment) {
        var names = new ArrayList<String>();
        for (var link : kit.engine().current().links(moment)) {
            names.add(link.name());
        }
        return names;
    }

    @Test
    void anEmptyChainAnswersAtOnceAndOnTheCallersThread() {
        assertThat(kit.engine().current().isEmpty(Moment.CONNECT)).isTrue();
        assertThat(kit.askLater(kit.engine().current(), Moment.CONNECT, kit.about(null, null)))
                .isCompletedWithValue(new Verdict<>(HookResult.CONTINUE, null, false));
    }

    @Test
    void pluginsRunAsListedAndTheRestByRankingThenServiceId() {
        with("plugins", Kit.list("b", "a"));
        named("late").install(says("late"));
        named("early").ranking(5).install(says("early"));
        named("later").install(says("later"));
        named("a").ranking(100).install(says("a"));
        named("b").install(says("b"));

        assertThat(kit.ask(Moment.CONNECT, kit.about(null, null)))
                .isEqualTo(new Verdict<>(HookResult.CONTINUE, null, false));
        assertThat(asked).containsExactly("b", "a", "early", "late", "later");
    }

    @Test
    void theOrderChangesInOneStepSoThatNoTransactionSeesHalfOfIt() throws Exception {
        with("plugins", Kit.list("a", "b", "c"));
        for (var name : List.of("a", "b", "c")) {
            named(name).install(new Both());
        }
        var stop = new AtomicBoolean();
        var settings = List.of(
                Kit.settings("plugins", Kit.list("c", "b", "a")), Kit.settings("plugins", Kit.list("a", "b", "c")));
        var changer = Thread.ofPlatform().start(() -> {
            for (int i = 0; !stop.get(); i++) {
                kit.engine().configure(settings.get(i % 2));
            }
        });
        try {
            var seen = new HashSet<String>();
            for (int i = 0; i < 20_000 || seen.size() < 2; i++) {
                var chains = kit.engine().current();
                var orders = new HashSet<String>();
                for (var moment : List.of(Moment.CONNECT, Moment.RCPT)) {
                    var order = new StringBuilder();
                    for (var link : chains.links(moment)) {
                        order.append(link.name());
                    }
                    orders.add(order.toString());
                }
                assertThat(orders).hasSize(1);
                seen.addAll(orders);
            }
            assertThat(seen).containsExactlyInAnyOrder("abc", "cba");
        } finally {
            stop.set(true);
            changer.join();
        }
    }

    @Test
    void strictLeavesOutWhatIsNotListed() {
        with("plugins", Kit.list("a"), "strict", true);
        named("a").install(says("a"));
        named("b").install(says("b"));

        assertThat(order(Moment.CONNECT)).containsExactly("a");
        assertThat(kit.engine().unused())
                .singleElement()
                .asString()
                .contains("b 1.0.0")
                .contains("not listed");
    }

    private static final class Both implements ConnectHook, RcptHook {
        @Override
        public HookResult onConnect(SmtpConnection connection) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onRcpt(Transaction tx, Recipient recipient) {
            return HookResult.CONTINUE;
        }
    }

    @Test
    void nameAtMomentPlacesOneHookAlone() {
        with("plugins", Kit.list("dns-list@connect", "first", "dns-list"));
        named("first").install(new Both());
        named("dns-list").install(new Both());

        assertThat(order(Moment.CONNECT)).containsExactly("dns-list", "first");
        assertThat(order(Moment.RCPT)).containsExactly("first", "dns-list");
    }

    @Test
    void namesOfThePastAreTakenWithOneNotice() {
        with("plugins", Kit.list("rcpt_to.in_host_list", "other"));
        named("other").install(new Both());
        named("in-host-list").formerly("rcpt_to.in_host_list").install(new Both());
        named("third").install(new Both());

        assertThat(order(Moment.RCPT)).containsExactly("in-host-list", "other", "third");
        assertThat(kit.engine().current().absent()).isEmpty();
        assertThat(kit.log())
                .filteredOn(line -> line.contains("is called in-host-list here"))
                .hasSize(1);
    }

    @Test
    void theFirstAnswerEndsTheChainAndIsItsPlugins() {
        named("a").hook(RcptHook.class, (tx, rcpt) -> HookResult.CONTINUE);
        named("b").hook(RcptHook.class, (tx, rcpt) -> HookResult.OK);
        named("c").hook(RcptHook.class, (tx, rcpt) -> {
            asked.add("c");
            return HookResult.deny("no");
        });

        assertThat(kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT)))
                .isEqualTo(new Verdict<>(HookResult.OK, "b", false));
        assertThat(asked).isEmpty();
    }

    @Test
    void aRefusalThatADenyHookTakesBackIsNoOpinionAndNeverAcceptance() {
        named("refuser/part").hook(RcptHook.class, (tx, rcpt) -> HookResult.deny("no"));
        named("last").hook(RcptHook.class, (tx, rcpt) -> {
            asked.add("last");
            return HookResult.CONTINUE;
        });
        named("karma").hook(DenyHook.class, denial -> {
            asked.add(denial.plugin() + "|" + denial.part() + "|" + denial.moment() + "|"
                    + denial.argument().orElseThrow() + "|"
                    + denial.refusal().words().reply().text());
            return HookResult.OK;
        });

        assertThat(kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT)))
                .isEqualTo(new Verdict<>(HookResult.CONTINUE, null, false));
        assertThat(asked).containsExactly("refuser|part|RCPT|<a@b.example>|no", "last");
    }

    @Test
    void aRefusalStandsWhateverElseADenyHookSays() {
        named("refuser").hook(RcptHook.class, (tx, rcpt) -> HookResult.deny("no"));
        named("breaks").hook(DenyHook.class, denial -> {
            throw new IllegalStateException("boom");
        });
        named("agrees").hook(DenyHook.class, denial -> HookResult.denySoft("other words"));
        named("never").hook(DenyHook.class, denial -> HookResult.OK);

        assertThat(kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT)))
                .isEqualTo(new Verdict<>(HookResult.deny("no"), "refuser", false));
    }

    @Test
    void aFaultDoesNotAskDenyHooks() {
        named("breaks").hook(RcptHook.class, (tx, rcpt) -> {
            throw new IllegalStateException("boom");
        });
        named("karma").hook(DenyHook.class, denial -> {
            asked.add("karma");
            return HookResult.OK;
        });

        assertThat(kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT))
                        .isFault())
                .isTrue();
        assertThat(asked).isEmpty();
    }

    @Test
    void aSkippedPluginIsAskedNoMoreInThisTransaction() {
        named("first").hook(MailHook.class, (tx, sender) -> {
            tx.skipPlugin("second");
            return HookResult.CONTINUE;
        });
        named("second/part").hook(MailHook.class, (tx, sender) -> HookResult.deny("no"));
        var tx = kit.transaction("C1.1");

        assertThat(kit.ask(Moment.MAIL, kit.about(tx, tx.sender())).answer()).isEqualTo(HookResult.CONTINUE);
        assertThat(kit.ask(Moment.MAIL, kit.about(kit.transaction("C1.2"), tx.sender()))
                        .answer())
                .isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void aChainThatMayBlockRunsOnOneVirtualThreadNamedByIdMomentAndPlugin() {
        var names = new CopyOnWriteArrayList<String>();
        var threads = new CopyOnWriteArrayList<Thread>();
        for (var name : List.of("a", "b")) {
            named(name).hook(ConnectHook.class, connection -> {
                names.add(Thread.currentThread().getName() + " " + MDC.get("id") + " " + MDC.get("plugin"));
                threads.add(Thread.currentThread());
                return HookResult.CONTINUE;
            });
        }
        kit.ask(Moment.CONNECT, kit.about(null, null));

        assertThat(names).containsExactly("C1/connect/a C1 a", "C1/connect/b C1 b");
        assertThat(threads.get(0)).isSameAs(threads.get(1)).isNotSameAs(Thread.currentThread());
        assertThat(threads.get(0).isVirtual()).isTrue();
    }

    @Test
    void aChainOfTrustedHooksThatOnlyComputeRunsOnTheCallersThreadAndLeavesTheMdcAsItWas() {
        with("trusted", Kit.list("quick"));
        var on = new AtomicReference<Thread>();
        named("quick").nonBlocking().hook(ConnectHook.class, connection -> {
            on.set(Thread.currentThread());
            asked.add(MDC.get("id") + " " + MDC.get("plugin"));
            return HookResult.OK;
        });
        MDC.put("id", "mine");
        try {
            assertThat(kit.askLater(kit.engine().current(), Moment.CONNECT, kit.about(null, null)))
                    .isCompletedWithValue(new Verdict<>(HookResult.OK, "quick", false));
            assertThat(MDC.get("id")).isEqualTo("mine");
            assertThat(MDC.get("plugin")).isNull();
        } finally {
            MDC.remove("id");
        }
        assertThat(on.get()).isSameAs(Thread.currentThread());
        assertThat(asked).containsExactly("C1 quick");
    }

    @Test
    void thePromiseToOnlyComputeIsNotBelievedOfOthers() {
        var on = new AtomicReference<Thread>();
        named("stranger").nonBlocking().hook(ConnectHook.class, connection -> {
            on.set(Thread.currentThread());
            return HookResult.OK;
        });
        kit.ask(Moment.CONNECT, kit.about(null, null));
        assertThat(on.get().isVirtual()).isTrue();
    }

    @Test
    void anInlineRefusalGoesToAVirtualThreadForADenyHookThatMayBlock() {
        with("trusted", Kit.list("quick"));
        var on = new AtomicReference<Thread>();
        named("quick").nonBlocking().hook(ConnectHook.class, connection -> HookResult.deny("no"));
        named("slow").hook(DenyHook.class, denial -> {
            on.set(Thread.currentThread());
            return HookResult.OK;
        });
        assertThat(kit.ask(Moment.CONNECT, kit.about(null, null)).answer()).isEqualTo(HookResult.CONTINUE);
        assertThat(on.get().isVirtual()).isTrue();
    }

    @Test
    void anAttachmentHookIsAskedForEachAttachment() {
        named("a").hook(AttachmentHook.class, (tx, part) -> {
            asked.add("a " + part.fileName().orElseThrow());
            return HookResult.CONTINUE;
        });
        named("b").hook(AttachmentHook.class, (tx, part) -> {
            asked.add("b " + part.fileName().orElseThrow());
            return part.fileName().orElseThrow().endsWith(".exe") ? HookResult.deny("no") : HookResult.CONTINUE;
        });
        var message = new FakeMessage().attach("x.txt", "y.exe", "z.txt");
        var subject = new Subject(kit.connection(), kit.transaction("C1.1"), message, null);

        assertThat(kit.ask(Moment.ATTACHMENT, subject)).isEqualTo(new Verdict<>(HookResult.deny("no"), "b", false));
        assertThat(asked).containsExactly("a x.txt", "b x.txt", "a y.exe", "b y.exe");
    }

    @Test
    void aMessageWhosePartsCantBeWalkedIsRefusedAndNotLetThrough() {
        named("a").hook(AttachmentHook.class, (tx, part) -> HookResult.CONTINUE);
        var subject = new Subject(kit.connection(), kit.transaction("C1.1"), new FakeMessage().tooDeep(), null);
        var answer = kit.ask(Moment.ATTACHMENT, subject).answer();
        assertThat(answer).isInstanceOf(HookResult.Deny.class);
    }

    @Test
    void aMessageThatAPluginCantLookIntoIsRefusedForGoodAndNotThePluginsFault() {
        named("a").hook(DataPostHook.class, (tx, message) -> {
            message.root();
            return HookResult.CONTINUE;
        });
        named("b").hook(DataPostHook.class, (tx, message) -> {
            asked.add("b");
            return HookResult.CONTINUE;
        });
        var subject = new Subject(kit.connection(), kit.transaction("C1.1"), new FakeMessage().tooDeep(), null);

        for (int i = 0; i < 20; i++) {
            assertThat(kit.ask(Moment.DATA_POST, subject)).isEqualTo(new Verdict<>(Faults.TOO_MANY_PARTS, "a", false));
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void aVerbIsCarriedOutByTheFirstOfTheChainThatHasIt() {
        with("plugins", Kit.list("b", "a"));
        named("a").verb("XTEST").hook(VerbHandler.class, command -> CommandResult.of(HookResult.ok("a")));
        named("b")
                .verb("XTEST")
                .hook(
                        VerbHandler.class,
                        command -> CommandResult.of(HookResult.ok("b " + command.verb() + " " + command.argument())));

        assertThat(kit.engine().current().hasVerb("XTEST")).isTrue();
        assertThat(kit.engine().current().isEmpty(Moment.UNRECOGNIZED_COMMAND)).isTrue();
        var told = new CompletableFuture<Verdict<CommandResult>>();
        kit.engine().current().askVerb("XTEST", kit.about(null, "x y"), Runnable::run, told::complete);
        assertThat(Kit.get(told).answer()).isEqualTo(CommandResult.of(HookResult.ok("b XTEST x y")));
    }

    @Test
    void aNameForTheClientEndsTheChain() {
        named("a").hook(RdnsHook.class, connection -> RdnsResult.CONTINUE);
        named("b").hook(RdnsHook.class, connection -> RdnsResult.NONE);
        var told = new CompletableFuture<Verdict<RdnsResult>>();
        kit.engine().current().askName(kit.about(null, null), Runnable::run, told::complete);
        assertThat(Kit.get(told)).isEqualTo(new Verdict<>(RdnsResult.NONE, "b", false));
    }

    @Test
    void theCommandPrintsWhoIsAskedAtEachMomentAndWhy() {
        with("plugins", Kit.list("stamp@data_post", "gone?"));
        named("stamp").hook(DataPostHook.class, (tx, message) -> HookResult.CONTINUE);
        named("other").hook(DataPostHook.class, (tx, message) -> HookResult.CONTINUE);
        var out = new StringBuilder();

        assertThat(new ChainCommand(kit.engine()).apply(List.of("/", "data_post"), out))
                .isZero();
        assertThat(out.toString().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("data_post: on a virtual thread, stamp may block"),
                        line -> assertThat(line)
                                .contains(
                                        "stamp",
                                        "listed as stamp@data_post, 1 of 2, required",
                                        "limit 30s;",
                                        "DENYSOFT;"),
                        line -> assertThat(line).contains("other", "not listed", "ranking 0"),
                        line -> assertThat(line).isEqualTo("gone?: listed and not there; mail is taken without it"));
        assertThat(new ChainCommand(kit.engine()).apply(List.of("/", "nonsense"), out))
                .isEqualTo(2);
        assertThat(new PluginStatus(kit.engine()).get()).containsEntry("ready", true);
    }

    @Test
    void theCommandTellsWhatTheOperatorHasSetAndWhatIsWrong() {
        with(
                "plugins",
                Kit.list("needed", "sick"),
                "limits",
                Kit.list("sick@connect=2s"),
                "onFault",
                Kit.list("sick=CONTINUE"),
                "trusted",
                Kit.list("fast"));
        named("sick").hook(ConnectHook.class, connection -> {
            throw new IllegalStateException("sick");
        });
        named("quick").nonBlocking().hook(RcptHook.class, (tx, to) -> HookResult.CONTINUE);
        named("fast").nonBlocking().hook(MailHook.class, (tx, from) -> HookResult.CONTINUE);
        named("verbs").verb("XTRA").hook(VerbHandler.class, command -> CommandResult.CONTINUE);
        named("verbs2").verb("XTRA").hook(VerbHandler.class, command -> CommandResult.CONTINUE);
        kit.ask(Moment.CONNECT, kit.about(null, null));
        var out = new StringBuilder();

        assertThat(new ChainCommand(kit.engine()).apply(List.of("/"), out)).isZero();

        assertThat(out.toString().lines())
                .anyMatch(line -> line.equals("listed (org.tarishi.chain): needed, sick; others run behind, by ranking,"
                        + " then by service number"))
                .anyMatch(line -> line.contains("sick  listed as sick, 2 of 2")
                        && line.contains("limit 2s (limits)")
                        && line.contains("CONTINUE (onFault)")
                        && line.contains("faults 1, breaker closed"))
                .contains(
                        "rcpt: on a virtual thread, quick says that it only computes and is not in trusted",
                        "mail: on the event loop, all only compute",
                        "unrecognized_command: nobody",
                        "verb XTRA: on a virtual thread",
                        "  verbs2  not asked: the first in the chain has the verb")
                .anyMatch(line -> line.startsWith("needed: missing: "));
    }

    @Test
    void whoWatchesIsToldOfEachCallInOrder() {
        with("onFault", Kit.list("second=CONTINUE"));
        named("first").hook(RcptHook.class, (tx, to) -> HookResult.CONTINUE);
        named("skipped").hook(RcptHook.class, (tx, to) -> HookResult.OK);
        named("second").hook(RcptHook.class, (tx, to) -> {
            throw new IllegalStateException("broken");
        });
        named("third").hook(RcptHook.class, (tx, to) -> HookResult.deny("no"));
        named("judge").hook(DenyHook.class, denial -> HookResult.CONTINUE);
        named("fourth").hook(RcptHook.class, (tx, to) -> HookResult.OK);
        var tx = kit.transaction("C1.1");
        tx.skipPlugin("skipped");
        var told = new CopyOnWriteArrayList<String>();
        Trace trace = (moment, plugin, outcome, nanos) -> told.add(moment.key() + " " + plugin + " " + outcome);

        assertThat(kit.ask(Moment.RCPT, new Subject(kit.connection(), tx, null, RCPT, trace))
                        .answer())
                .isEqualTo(HookResult.deny("no"));

        assertThat(told)
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("rcpt first Answered[answer=Continue[]]"),
                        line -> assertThat(line).isEqualTo("rcpt skipped Skipped[]"),
                        line -> assertThat(line)
                                .startsWith("rcpt second Fault[text=java.lang.IllegalStateException: broken")
                                .endsWith("isNoOpinion=true]"),
                        line -> assertThat(line).startsWith("rcpt third Answered[answer=Deny["),
                        line -> assertThat(line).isEqualTo("deny judge Answered[answer=Continue[]]"));
    }

    @Test
    void onlyAVerbHandlerMayNameAnotherClient() {
        var facts = ClientFacts.of(new InetSocketAddress("192.0.2.9", 0));
        named("verb").verb("XCLIENT").hook(VerbHandler.class, command -> CommandResult.newClient(facts));
        named("any").hook(UnknownCommandHook.class, (connection, line) -> CommandResult.newClient(facts));
        var verb = new CompletableFuture<Verdict<CommandResult>>();
        var any = new CompletableFuture<Verdict<CommandResult>>();

        kit.engine().current().askVerb("XCLIENT", kit.about(null, ""), Runnable::run, verb::complete);
        kit.engine().current().askCommand(kit.about(null, "WHAT"), Runnable::run, any::complete);

        assertThat(Kit.get(verb).answer()).isEqualTo(CommandResult.newClient(facts));
        assertThat(Kit.get(any).isFault()).isTrue();
        assertThat(Kit.get(any).answer()).isInstanceOf(CommandResult.Answer.class);
    }

    @Test
    void whoWatchesIsToldOfACallThatWasGivenUp() {
        kit.close();
        kit = Kit.real("limits", Kit.list("slow=50ms"), "onFault", Kit.list("slow=CONTINUE"));
        var never = new CountDownLatch(1);
        named("slow").hook(RcptHook.class, (tx, to) -> {
            never.await();
            return HookResult.OK;
        });
        named("next").hook(RcptHook.class, (tx, to) -> HookResult.OK);
        var told = new CopyOnWriteArrayList<String>();
        Trace trace =
                (moment, plugin, outcome, nanos) -> told.add(plugin + " " + outcome + " " + (nanos >= 50_000_000L));

        var verdict = kit.ask(Moment.RCPT, new Subject(kit.connection(), kit.transaction("C1.1"), null, RCPT, trace));

        assertThat(verdict.plugin()).isEqualTo("next");
        assertThat(told)
                .containsExactly(
                        "slow Fault[text=no answer within 50ms, isNoOpinion=true] true",
                        "next Answered[answer=Ok[reply=null]] false");
    }
}
