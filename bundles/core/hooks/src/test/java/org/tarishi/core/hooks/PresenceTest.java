package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.ReversePath;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.VerbHandler;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Verdict;

/** Plugins that come, go, and are replaced. */
final class PresenceTest {

    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private void with(Object... settings) {
        kit.close();
        kit = new Kit(settings);
    }

    private static MailHook says(String text) {
        return (tx, sender) -> HookResult.ok(text);
    }

    private String askMail(Generation generation) {
        var told = kit.askLater(generation, Moment.MAIL, kit.about(kit.transaction("C1.1"), ReversePath.NULL));
        return Kit.get(told).answer() instanceof HookResult.Ok ok
                ? ok.words().orElseThrow().text()
                : "nobody";
    }

    /** Takes a plugin out on a thread of its own, as a bundle's stop does. */
    private CompletableFuture<Void> leave(Source source, boolean isReplaced) {
        return CompletableFuture.runAsync(
                () -> kit.engine().left(source, isReplaced, true),
                command -> Thread.ofPlatform().start(command));
    }

    @Test
    void aRequiredPluginThatIsNotThereRefusesSessionsAndTransactionsAndIsToldOnce() {
        with("plugins", Kit.list("needed", "wanted?"));
        assertThat(kit.engine().refusal().orElseThrow().toString()).startsWith("421 4.3.2 ");
        assertThat(Kit.get(kit.beginLater()))
                .isInstanceOfSatisfying(
                        Admission.Refused.class,
                        refused -> assertThat(refused.reply().toString()).startsWith("451 4.3.2 "));
        assertThat(kit.log()).singleElement().asString().contains("required plugin needed is missing", "not installed");

        kit.plugin("needed").install(says("x"));
        assertThat(kit.engine().refusal()).isEmpty();
        kit.advanceSeconds(20);
        kit.round();
        assertThat(kit.log()).hasSize(2).last().asString().contains("needed is back");
        assertThat(new PluginStatus(kit.engine()).get()).containsEntry("ready", true);
    }

    @Test
    void aMissingPluginIsToldWhenStartingHasLastedLongEnoughWithoutAnybodyAsking() {
        with("plugins", Kit.list("needed"));
        kit.round();
        assertThat(kit.log()).isEmpty();
        kit.advanceSeconds(16);
        kit.round();
        kit.round();
        assertThat(kit.log()).hasSize(1);
    }

    @Test
    void aComponentWithACopyOfTheApiCountsAsAbsent() {
        with("plugins", Kit.list("copy"));
        var described = kit.plugin("copy");
        kit.engine().failed(described.source(says("x")), "it carries a copy of the API of its own", Map.of());
        assertThat(kit.engine().current().absent().get("copy")).contains("copy of the API");
        assertThat(kit.engine().refusal()).isPresent();
    }

    @Test
    void allComponentsOfAPluginComeInOnePublishAndGoInOne() {
        var names = new ArrayList<String>();
        var first =
                kit.plugin("p/a").bundle(7, "1.0.0").component("A", "A", "B").install(says("a"));
        assertThat(kit.engine().current().isEmpty(Moment.MAIL)).isTrue();
        assertThat(kit.engine().unused()).singleElement().asString().contains("not there: B");
        kit.plugin("p/b").bundle(7, "1.0.0").component("B", "A", "B").install(says("b"));
        for (var link : kit.engine().current().links(Moment.MAIL)) {
            names.add(link.name());
        }
        assertThat(names).containsExactly("p/a", "p/b");
        kit.engine().left(first, false, true);
        assertThat(kit.engine().current().isEmpty(Moment.MAIL)).isTrue();
    }

    @Test
    void ofTwoBundlesTheHigherVersionIsInForceUnlessAnotherIsNamed() {
        kit.plugin("p").bundle(7, "1.0.0").install(says("old"));
        kit.plugin("p").bundle(8, "2.0.0").install(says("new"));
        assertThat(askMail(kit.begin())).isEqualTo("new");
        kit.engine().putInForce(Map.of("p", 7L));
        assertThat(askMail(kit.begin())).isEqualTo("old");
        kit.engine().putInForce(Map.of("p", 8L));
        assertThat(askMail(kit.begin())).isEqualTo("new");
    }

    @Test
    void anotherVersionDoesNotStandInForTheOneThatIsNamedWhileThatIsInstalled() {
        with("plugins", Kit.list("p"));
        kit.plugin("p").bundle(7, "1.0.0").install(says("old"));
        kit.engine().putInForce(Map.of("p", 8L));
        assertThat(kit.engine().refusal()).isPresent();
        assertThat(kit.engine().current().absent().get("p")).contains("bundle 8");
        kit.uninstall(8);
        kit.engine().putInForce(Map.of());
        assertThat(kit.engine().refusal()).isEmpty();
    }

    @Test
    void severalPluginsArePutInForceInOnePublish() {
        kit.plugin("p").bundle(7, "1.0.0").install(says("p1"));
        kit.plugin("q").bundle(8, "1.0.0").hook(RcptHook.class, (tx, rcpt) -> HookResult.ok("q1"));
        kit.engine().putInForce(Map.of("p", 7L, "q", 8L));
        kit.plugin("p").bundle(9, "2.0.0").install(says("p2"));
        kit.plugin("q").bundle(10, "2.0.0").hook(RcptHook.class, (tx, rcpt) -> HookResult.ok("q2"));
        var before = kit.engine().current();
        var seen = new HashSet<Chains>();
        var isDone = new CountDownLatch(1);
        var watcher = Thread.ofPlatform().start(() -> {
            while (isDone.getCount() > 0) {
                seen.add(kit.engine().current());
            }
            seen.add(kit.engine().current());
        });
        kit.engine().putInForce(Map.of("p", 9L, "q", 10L));
        isDone.countDown();
        assertThat(join(watcher)).isTrue();
        seen.add(before);
        assertThat(seen)
                .hasSize(2)
                .allSatisfy(chains -> assertThat(chains.components().stream()
                                .map(one -> one.source().bundleId())
                                .toList())
                        .isIn(List.of(7L, 8L), List.of(9L, 10L)));
    }

    private static boolean join(Thread thread) {
        try {
            thread.join();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void aTransactionKeepsTheGenerationItBeganWith() {
        kit.plugin("p").bundle(7, "1.0.0").install(says("old"));
        kit.engine().putInForce(Map.of("p", 7L));
        var before = kit.begin();
        kit.plugin("p").bundle(8, "2.0.0").install(says("new"));
        kit.engine().putInForce(Map.of("p", 8L));
        var after = kit.begin();
        var idle = kit.engine().whenIdle(7).toCompletableFuture();

        assertThat(askMail(before)).isEqualTo("old");
        assertThat(askMail(after)).isEqualTo("new");
        assertThat(idle).isNotDone();
        before.release();
        assertThat(idle).isCompleted();
        assertThatThrownBy(before::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> before.isEmpty(Moment.MAIL)).isInstanceOf(IllegalStateException.class);
        after.release();
    }

    @Test
    void aBundleThatNeverWasInForceIsIdleAtOnce() {
        assertThat(kit.engine().whenIdle(99).toCompletableFuture()).isCompleted();
    }

    @Test
    void aComponentLeavesOnlyWhenItsCallsHaveEnded() throws Exception {
        var isIn = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var source = kit.plugin("p").hook(ConnectHook.class, connection -> {
            isIn.countDown();
            goOn.await();
            return HookResult.OK;
        });
        var told = kit.askLater(kit.engine().current(), Moment.CONNECT, kit.about(null, null));
        isIn.await();
        var gone = leave(source, false);
        await().until(() -> kit.engine().current().isEmpty(Moment.CONNECT));
        assertThat(gone).isNotDone();
        goOn.countDown();
        assertThat(Kit.get(told).answer()).isEqualTo(HookResult.OK);
        Kit.get(gone);
    }

    @Test
    void aComponentLeavesOnlyWhenTransactionsThatBeganWithItHaveEndedOrTheDrainIsOver() {
        var source = kit.plugin("p").install(says("x"));
        var generation = kit.begin();
        var gone = leave(source, false);
        await().until(() -> kit.engine().current().isEmpty(Moment.MAIL));
        assertThat(askMail(generation)).isEqualTo("x");
        assertThat(gone).isNotDone();
        kit.advanceSeconds(31);
        Kit.get(gone);
        assertThat(kit.log()).singleElement().asString().contains("is still busy after 30s");

        var verdict =
                Kit.get(kit.askLater(generation, Moment.MAIL, kit.about(kit.transaction("C1.1"), ReversePath.NULL)));
        assertThat(verdict.isFault())
                .as("the instance must not be called any more")
                .isTrue();
        generation.release();
    }

    @Test
    void whileARequiredPluginIsReplacedInPlaceBeginsWaitAndAreWokenByTheNewOne() {
        with("plugins", Kit.list("p"));
        var source = kit.plugin("p").install(says("old"));
        Kit.get(leave(source, true));
        var waiting = kit.beginLater();
        assertThat(waiting).isNotDone();
        assertThat(kit.engine().refusal()).isEmpty();
        kit.plugin("q").install(says("q"));
        assertThat(waiting).isNotDone();

        kit.plugin("p").install(says("new"));
        var admitted = (Admission.Admitted) Kit.get(waiting);
        assertThat(askMail(admitted.generation())).isEqualTo("new");
        admitted.generation().release();
        assertThat(kit.log()).isEmpty();
    }

    @Test
    void theWaitForAReplacementCountsFromTheEndOfTheDrain() {
        with("plugins", Kit.list("p"), "swapWait", "15s", "drain", "1m");
        var source = kit.plugin("p").install(says("old"));
        var holder = kit.begin();
        var gone = leave(source, true);
        await().until(() -> kit.engine().current().isEmpty(Moment.RCPT)
                && !kit.engine().current().gaps().plugins().isEmpty());
        var waiting = kit.beginLater();
        kit.advanceSeconds(40);
        kit.round();
        assertThat(waiting).isNotDone();
        holder.release();
        Kit.get(gone);
        kit.advanceSeconds(14);
        kit.round();
        assertThat(waiting).isNotDone();
        kit.advanceSeconds(2);
        kit.round();
        assertThat(Kit.get(waiting)).isInstanceOf(Admission.Refused.class);
        assertThat(kit.log()).singleElement().asString().contains("required plugin p is missing");
    }

    @Test
    void connectionMomentsThatMissThePluginWaitToo() {
        with("plugins", Kit.list("p"));
        var source = kit.plugin("p").hook(ConnectHook.class, connection -> HookResult.ok("old"));
        Kit.get(leave(source, true));
        assertThat(kit.engine().current().isEmpty(Moment.CONNECT)).isFalse();
        assertThat(kit.engine().current().isEmpty(Moment.NOOP)).isTrue();
        var told = kit.askLater(kit.engine().current(), Moment.CONNECT, kit.about(null, null));
        assertThat(told).isNotDone();
        kit.plugin("p").hook(ConnectHook.class, connection -> HookResult.ok("new"));
        assertThat(Kit.get(told).answer()).isEqualTo(HookResult.ok("new"));
    }

    @Test
    void aVerbOfAPluginThatIsReplacedWaitsAndOneThatIsGoneIsRefusedForNow() {
        var source = kit.plugin("p").verb("XTEST").hook(VerbHandler.class, c -> CommandResult.CONTINUE);
        Kit.get(leave(source, true));
        assertThat(kit.engine().current().hasVerb("XTEST")).isTrue();
        var told = new CompletableFuture<Verdict<CommandResult>>();
        kit.engine().current().askVerb("XTEST", kit.about(null, ""), Runnable::run, told::complete);
        assertThat(told).isNotDone();
        kit.advanceSeconds(16);
        kit.round();
        assertThat(Kit.get(told).answer())
                .isInstanceOfSatisfying(
                        CommandResult.Say.class,
                        say -> assertThat(say.reply().code()).isEqualTo(451));
        assertThat(kit.engine().current().hasVerb("XTEST")).isFalse();
    }

    @Test
    void anUnlistedPluginIsWaitedForWhenItIsReplacedAndNotWhenItIsTakenOut() {
        var first = kit.plugin("p").install(says("x"));
        Kit.get(leave(first, true));
        var waiting = kit.beginLater();
        assertThat(waiting).isNotDone();
        var second = kit.plugin("p").install(says("x"));
        ((Admission.Admitted) Kit.get(waiting)).generation().release();
        Kit.get(leave(second, false));
        assertThat(askMail(kit.begin())).isEqualTo("nobody");
    }

    @Test
    void anAskOnAGenerationThatHasGoneMeanwhileIsAskedOfTheNewest() {
        var source = kit.plugin("p").hook(ConnectHook.class, connection -> HookResult.ok("old"));
        var taken = kit.engine().current();
        Kit.get(leave(source, false));
        kit.plugin("p").hook(ConnectHook.class, connection -> HookResult.ok("new"));
        assertThat(Kit.get(kit.askLater(taken, Moment.CONNECT, kit.about(null, null)))
                        .answer())
                .isEqualTo(HookResult.ok("new"));
    }

    @Test
    void probeTellsWhatABundleHoldsAndWhatIsWrong() {
        kit.plugin("p/a").bundle(7, "1.0.0").component("A", "A", "B").install(says("a"));
        var probe = kit.engine().probe(7);
        assertThat(probe.plugins()).containsExactly("p");
        assertThat(probe.components()).isEqualTo(1);
        assertThat(probe.problems()).singleElement().asString().contains("not there: B");
    }

    @Test
    void newSettingsArePublishedAtOnce() {
        kit.plugin("a").install(says("a"));
        kit.plugin("b").install(says("b"));
        assertThat(askMail(kit.begin())).isEqualTo("a");
        kit.engine().configure(Kit.settings("plugins", Kit.list("b")));
        assertThat(askMail(kit.begin())).isEqualTo("b");
    }

    @Test
    void nobodyWaitsForAReplacementWhenTheEngineHasClosed() {
        with("plugins", Kit.list("p"));
        var source = kit.plugin("p").hook(ConnectHook.class, connection -> HookResult.OK);
        Kit.get(leave(source, true));
        var waiting = kit.askLater(kit.engine().current(), Moment.CONNECT, kit.about(null, null));
        assertThat(waiting).isNotDone();
        kit.engine().close();
        assertThat(Kit.get(waiting).isFault()).isTrue();
        assertThat(kit.ask(Moment.CONNECT, kit.about(null, null)).isFault()).isTrue();
    }
}
