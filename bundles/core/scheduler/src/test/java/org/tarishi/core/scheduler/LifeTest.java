package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.SendDecision;
import org.tarishi.core.queue.RamQueueStore;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.DsnComposer;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.QueueStoreException;

/** The life of a mail, from its first attempt to its end. */
final class LifeTest {

    private static final Reply TAKEN = Reply.of(250, "taken");
    private static final Reply BUSY = Reply.of(451, new EnhancedStatus(4, 2, 0), "busy");
    private static final Reply NOBODY = Reply.of(550, new EnhancedStatus(5, 1, 1), "nobody here");
    private static final String SENDER = "<s@sender.example>";

    @TempDir
    private Path folder;

    private final RamQueueStore store = new RamQueueStore();
    private final World.Time time = new World.Time();
    private World world;

    @BeforeEach
    void make() {
        world = new World(store, time, folder, new ArrayList<>(), "jitter", 0, "events", "");
    }

    private static Recipient to(String address, String notify) {
        return Recipient.parse(address).withParameters(EsmtpParameters.of(Map.of("NOTIFY", notify)));
    }

    @Test
    void aMailThatIsDeliveredIsGoneAndListenersHearOfIt() {
        world.submit("C1.1", SENDER, "<a@d.example>", "<b@d.example>");
        assertThat(world.run()).isEqualTo(1);
        assertThat(world.attempts).containsExactly("C1.1.1 [<a@d.example>, <b@d.example>]");
        assertThat(world.mail("C1.1.1")).isEmpty();
        assertThat(world.plugins.delivered).hasSize(1);
        assertThat(world.plugins.delivered.getFirst().recipients()).hasSize(2);
        assertThat(world.notices).isEmpty();
        assertThat(world.plugins.held).isZero();
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void aMailThatIsRefusedForNowWaitsAsTheScheduleSays() {
        world.next = (mail, recipient) -> BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        var mail = world.mail("C1.1.1").orElseThrow();
        assertThat(mail.state().failures()).isEqualTo(1);
        assertThat(mail.state().due()).isEqualTo(time.instant().plusSeconds(64));
        assertThat(mail.state().recipients().getFirst().reply()).isEqualTo(BUSY);
        assertThat(world.runAfter("PT63S")).isZero();
        assertThat(world.runAfter("PT1S")).isEqualTo(1);
        assertThat(world.mail("C1.1.1").orElseThrow().state().due())
                .isEqualTo(time.instant().plusSeconds(128));
    }

    @Test
    void aMailThatFindsNoConnectionIsTriedAgainSoonAndNoFailureIsCounted() {
        world.reach.value = DeliveryAgent.Reach.NO_CONNECTION;
        world.next = (mail, recipient) -> BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.mail("C1.1.1").orElseThrow().state().failures()).isZero();
        assertThat(world.runAfter("PT4S")).isZero();
        world.reach.value = DeliveryAgent.Reach.ANSWERED;
        world.next = (mail, recipient) -> TAKEN;
        assertThat(world.runAfter("PT1S")).isEqualTo(1);
        assertThat(world.mail("C1.1.1")).isEmpty();
        assertThat(world.notices).isEmpty();
    }

    @Test
    void eachRecipientHasItsOwnEndAndIsNotTriedAgainAfterIt() {
        world.next = (mail, recipient) -> switch (recipient.toString()) {
            case "<ok@d.example>", SENDER -> TAKEN;
            case "<later@d.example>" -> mail.failures() == 0 ? BUSY : TAKEN;
            default -> NOBODY;
        };
        world.submit("C1.1", SENDER, "<ok@d.example>", "<later@d.example>", "<no@d.example>");
        world.run();
        world.runAfter("PT64S");
        assertThat(world.attempts)
                .filteredOn(line -> line.startsWith("C1.1.1 "))
                .containsExactly(
                        "C1.1.1 [<ok@d.example>, <later@d.example>, <no@d.example>]", "C1.1.1 [<later@d.example>]");
        assertThat(world.notices).hasSize(1);
        assertThat(world.notices.getFirst().reports())
                .extracting(report -> report.recipient().toString())
                .containsExactly("<no@d.example>");
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void oneNotificationTellsOfAllRecipientsThatFailed() {
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : NOBODY;
        world.submit("C1.1", SENDER, "<a@d.example>", "<b@d.example>", "<c@d.example>");
        world.run();
        assertThat(world.notices).hasSize(1);
        assertThat(world.notices.getFirst().reports()).hasSize(3);
        assertThat(world.attempts).contains("C1.1.1-1.1 [<s@sender.example>]");
        var report = world.notices.getFirst().reports().getFirst();
        assertThat(report.action()).isEqualTo(Action.FAILED);
        assertThat(report.status()).isEqualTo(new EnhancedStatus(5, 1, 1));
        assertThat(report.remote()).isEqualTo(new DsnComposer.Remote("mx.example", NOBODY));
    }

    @Test
    void whenTheScheduleEndsTheMailIsGivenUpAndTheSenderTold() {
        world.configure("jitter", 0, "retrySchedule", "1m, 5m", "delayNotice", "PT0S", "restAfter", 100);
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        world.runAfter("PT1M");
        assertThat(world.notices).isEmpty();
        world.runAfter("PT5M");
        assertThat(world.mail("C1.1.1")).isEmpty();
        assertThat(world.notices.getFirst().reports().getFirst().status()).isEqualTo(new EnhancedStatus(4, 4, 7));
    }

    @Test
    void aMailThatTlsStoodInTheWayOfToTheEndIsGivenUpForThatReason() {
        world.configure("retrySchedule", "none");
        var noTls = Reply.of(451, new EnhancedStatus(4, 7, 4), "TLS is demanded and not offered");
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : noTls;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();

        assertThat(world.notices.getFirst().reports().getFirst().status()).isEqualTo(new EnhancedStatus(5, 7, 4));
    }

    @Test
    void noneInThePlaceOfAScheduleGivesUpAtOnce() {
        world.configure("retrySchedule", "none");
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.notices).hasSize(1);
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void aMailThatIsTooOldIsGivenUpBeforeItsScheduleEnds() {
        world.configure(
                "jitter", 0, "retrySchedule", "1h*1000", "expiry", "PT10H", "delayNotice", "PT0S", "restAfter", 100);
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        for (int hour = 0; hour < 9; hour++) {
            world.runAfter("PT1H");
        }
        assertThat(world.notices).isEmpty();
        world.runAfter("PT1H");
        assertThat(world.notices).hasSize(1);
    }

    @Test
    void aClockThatIsSetForwardADayGivesNoMailUpAndMakesNoStorm() {
        world.configure("jitter", 0, "retrySchedule", "1h*100", "expiry", "PT20H", "delayNotice", "PT0S");
        world.next = (mail, recipient) -> BUSY;
        for (int i = 0; i < 50; i++) {
            world.submit("C" + i + ".1", SENDER, "<a@d" + i + ".example>");
        }
        assertThat(world.run()).isEqualTo(50);
        time.set(Duration.ofDays(1));
        assertThat(world.run()).isZero();
        assertThat(world.runAfter("PT30M")).isZero();
        assertThat(world.runAfter("PT30M")).isEqualTo(50);
        assertThat(world.notices).isEmpty();
    }

    @Test
    void aClockThatIsSetBackAnHourStallsNothing() {
        world.next = (mail, recipient) -> mail.failures() < 2 ? BUSY : TAKEN;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        time.set(Duration.ofHours(-1));
        assertThat(world.runAfter("PT64S")).isEqualTo(1);
        assertThat(world.runAfter("PT128S")).isEqualTo(1);
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void afterARestartWithAClockThatWasSetBackNothingWaitsLongerThanItsSchedule() {
        world.next = (mail, recipient) -> BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        var again = store.restart();
        again.endScan();
        time.set(Duration.ofDays(-1));
        var other = new World(again, time, folder, new ArrayList<>(), "jitter", 0, "events", "");
        assertThat(other.loader.load()).isEqualTo(1);
        assertThat(other.runAfter("PT64S")).isEqualTo(1);
    }

    @Test
    void aNullSenderIsNeverToldAndTheMailIsHeldForAWhile() {
        world.next = (mail, recipient) -> NOBODY;
        world.submit("C1.1", "<>", "<a@d.example>");
        world.run();
        assertThat(world.notices).isEmpty();
        assertThat(world.mail("C1.1.1").orElseThrow().state().held()).isEqualTo("double bounce: 550 5.1.1 nobody here");
        world.runAfter("P6DT23H");
        assertThat(world.mail("C1.1.1")).isPresent();
        world.runAfter("PT2H");
        assertThat(world.mail("C1.1.1")).isEmpty();
    }

    @Test
    void doubleBouncesAreNotKeptWhereTheyAreNotWanted() {
        world.configure("keepDoubleBounces", "PT0S");
        world.next = (mail, recipient) -> NOBODY;
        world.submit("C1.1", "<>", "<a@d.example>");
        world.run();
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void aSenderWhoAskedIsToldOfASuccessUnlessTheNextHopDoes() {
        var to = List.of(to("<a@d.example>", "SUCCESS"), Recipient.parse("<b@d.example>"));
        world.submit("C1.1", ReversePath.parse(SENDER), to);
        world.run();
        assertThat(world.notices).hasSize(1);
        assertThat(world.notices.getFirst().reports()).hasSize(1);
        assertThat(world.notices.getFirst().reports().getFirst().action()).isEqualTo(Action.RELAYED);
        world.reach.notifies = true;
        world.submit("C1.2", ReversePath.parse(SENDER), to);
        world.run();
        assertThat(world.notices).hasSize(1);
        world.reach.isLmtp = true;
        world.submit("C1.3", ReversePath.parse(SENDER), to);
        world.run();
        assertThat(world.notices.getLast().reports().getFirst().action()).isEqualTo(Action.DELIVERED);
    }

    @Test
    void aSenderIsToldOnceThatAMailIsDelayed() {
        world.configure("jitter", 0, "retrySchedule", "1h*100", "delayNotice", "PT4H", "restAfter", 1000);
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.submit("C1.2", ReversePath.parse(SENDER), List.of(to("<a@e.example>", "FAILURE")));
        world.run();
        for (int hour = 0; hour < 3; hour++) {
            world.runAfter("PT1H");
        }
        assertThat(world.notices).isEmpty();
        for (int hour = 0; hour < 5; hour++) {
            world.runAfter("PT1H");
        }
        assertThat(world.notices).hasSize(1);
        assertThat(world.notices.getFirst().mail()).isEqualTo("C1.1.1");
        assertThat(world.notices.getFirst().reports().getFirst().action()).isEqualTo(Action.DELAYED);
        assertThat(world.mail("C1.1.1")).isPresent();
    }

    @Test
    void whileNoComposerIsThereWhatIsOwedWaitsAndIsPaidOnce() {
        var composer = world.composer;
        world.composer = null;
        world.next = (mail, recipient) -> mail.sender().isNull() ? TAKEN : NOBODY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.mail("C1.1.1")).isPresent();
        world.runAfter("PT1M");
        assertThat(world.attempts).hasSize(1);
        world.composer = composer;
        world.runAfter("PT1M");
        world.runAfter("PT1H");
        assertThat(world.notices).hasSize(1);
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void anOutcomeThatCantBeWrittenDownIsWrittenLaterAndNothingIsTriedMeanwhile() {
        world.next = (mail, recipient) -> {
            store.refuse(QueueStoreException.Reason.FULL);
            return TAKEN;
        };
        int[] waits = {0};
        world.pause = wait -> {
            assertThat(world.dispatcher.active()).isEqualTo(1);
            assertThat(world.dispatcher.next()).isNull();
            if (++waits[0] == 3) {
                store.refuse(null);
            }
        };
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(waits[0]).isEqualTo(3);
        assertThat(world.attempts).hasSize(1);
        assertThat(store.stats().mails()).isZero();
    }

    // ---- plugins ----

    @Test
    void aDelayOfAPluginIsNoFailure() {
        int[] asked = {0};
        world.plugins.onSend =
                mail -> ++asked[0] == 1 ? SendDecision.delay(Duration.ofMinutes(10)) : SendDecision.now();
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.attempts).isEmpty();
        assertThat(world.mail("C1.1.1").orElseThrow().state().failures()).isZero();
        assertThat(world.runAfter("PT9M")).isZero();
        assertThat(world.runAfter("PT1M")).isEqualTo(1);
        assertThat(world.attempts).hasSize(1);
    }

    @Test
    void aPluginsWordOnTheRouteHolds() {
        world.plugins.onRoute = mail -> switch (mail.domain().ascii()) {
            case "bounce.example" -> MxResult.bounce(NOBODY);
            case "defer.example" -> MxResult.defer(BUSY);
            default -> MxResult.CONTINUE;
        };
        world.next = (mail, recipient) -> TAKEN;
        world.submit("C1.1", SENDER, "<a@bounce.example>", "<a@defer.example>", "<a@go.example>");
        world.run();
        assertThat(world.attempts)
                .filteredOn(line -> line.startsWith("C1.1."))
                .filteredOn(line -> !line.contains("-"))
                .containsExactly("C1.1.3 [<a@go.example>]");
        assertThat(world.mail("C1.1.2").orElseThrow().state().failures()).isEqualTo(1);
        assertThat(world.notices).hasSize(1);
    }

    @Test
    void aPluginMayChooseTheWaitOrDropAMail() {
        world.next = (mail, recipient) -> BUSY;
        world.plugins.onDeferred = deferral -> RetryDecision.in(Duration.ofSeconds(7));
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.runAfter("PT7S")).isEqualTo(1);
        world.plugins.onDeferred = deferral -> RetryDecision.drop();
        world.runAfter("PT7S");
        assertThat(store.stats().mails()).isZero();
        assertThat(world.notices).isEmpty();
    }

    @Test
    void aPluginMayKeepASenderFromBeingTold() {
        world.next = (mail, recipient) -> NOBODY;
        world.plugins.onBounce = failure -> {
            assertThat(failure.bounced()).hasSize(1);
            assertThat(failure.route()).contains(World.HOP);
            return BounceDecision.none();
        };
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.notices).isEmpty();
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void notesAndTheWishForTlsThatPluginsAddStayWithTheMail() {
        var lasting = NoteKey.of("test.lasting", String.class, new NoteCodec<>() {

            @Override
            public int version() {
                return 1;
            }

            @Override
            public byte[] encode(String value) {
                return value.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(int version, byte[] bytes) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
        });
        var memory = NoteKey.of("test.memory", String.class);
        var seen = new ArrayList<String>();
        world.next = (mail, recipient) -> BUSY;
        world.plugins.onSend = mail -> {
            seen.add(mail.transactionNotes().get(lasting).orElse("-") + " "
                    + mail.notes().get(memory).orElse("-"));
            mail.transactionNotes().put(lasting, "kept");
            mail.notes().put(memory, "here");
            mail.requireTls();
            return SendDecision.now();
        };
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        world.runAfter("PT64S");
        assertThat(seen).containsExactly("- -", "kept here");
        assertThat(world.mail("C1.1.1").orElseThrow().state().tlsRequired()).isTrue();
    }

    @Test
    void whileARequiredPluginIsMissingNothingIsTriedAndNoFailureCounted() {
        world.plugins.refusedBegin = BUSY;
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.run();
        assertThat(world.attempts).isEmpty();
        world.plugins.refusedBegin = null;
        world.runAfter("PT30S");
        assertThat(world.attempts).hasSize(1);
        assertThat(store.stats().mails()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"source 192.0.2.0/24 rate=1/1m", "pool bulk rate=1/1m"})
    void mailThatOneOfOurAddressesOrPoolsMayNotSendYetWaitsAndOtherMailDoesNot(String limit) {
        world.configure("jitter", 0, "limits", Sets.lines(limit));
        world.hop =
                World.HOP.withBindAddress(InetAddress.ofLiteral("192.0.2.1")).withPool("Bulk");
        world.submit("C1.1", SENDER, "<a@d.example>");
        world.submit("C2.1", SENDER, "<a@e.example>");
        world.run();
        assertThat(world.attempts).hasSize(1);

        world.hop =
                World.HOP.withBindAddress(InetAddress.ofLiteral("198.51.100.1")).withPool("other");
        world.submit("C3.1", SENDER, "<a@f.example>");
        world.run();
        assertThat(world.attempts).hasSize(2).last().asString().startsWith("C3.1.1 ");

        world.hop =
                World.HOP.withBindAddress(InetAddress.ofLiteral("192.0.2.1")).withPool("Bulk");
        world.runAfter("PT61S");
        assertThat(world.attempts).hasSize(3);
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void aDestinationThatDoesNotAnswerIsNotTriedForEachMail() {
        world.configure("jitter", 0, "restAfter", 3, "rest", "PT10M");
        world.next = (mail, recipient) -> BUSY;
        world.reach.value = DeliveryAgent.Reach.UNREACHED;
        for (int i = 0; i < 100; i++) {
            world.submit("C" + i + ".1", SENDER, "<a@d.example>");
        }
        world.run();
        assertThat(world.attempts).hasSizeLessThanOrEqualTo(5);
        for (int i = 0; i < 100; i++) {
            assertThat(world.mail("C" + i + ".1.1").orElseThrow().state().failures())
                    .isEqualTo(1);
        }
    }
}
