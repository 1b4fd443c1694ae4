package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.hook.BounceHook;
import org.tarishi.api.hook.DeferredHook;
import org.tarishi.api.hook.DeliveryListener;
import org.tarishi.api.hook.DenyHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RouteHook;
import org.tarishi.api.hook.SendHook;
import org.tarishi.api.hook.SubmitHook;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.RecipientFailure;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.SendDecision;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.StoredNote;
import org.tarishi.core.spi.Verdict;

/** The moments of mail on its way out. */
final class OutboundTest {

    private static final NoteKey<String> NOTE = NoteKey.of("test.note", String.class);
    private static final NoteKey<String> LASTING = NoteKey.of("test.lasting", String.class, new NoteCodec<>() {

        @Override
        public int version() {
            return 3;
        }

        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(int version, byte[] bytes) {
            return version + ":" + new String(bytes, StandardCharsets.UTF_8);
        }
    });
    private static final Deferral DEFERRAL = new Deferral() {

        @Override
        public Duration delay() {
            return Duration.ofMinutes(1);
        }

        @Override
        public String error() {
            return "451 busy";
        }

        @Override
        public List<RecipientFailure> recipients() {
            return List.of();
        }

        @Override
        public Optional<Route> route() {
            return Optional.empty();
        }
    };
    private static final Failure FAILURE = new Failure() {

        @Override
        public Optional<Route> route() {
            return Optional.empty();
        }

        @Override
        public List<RecipientFailure> deferred() {
            return List.of();
        }

        @Override
        public List<RecipientFailure> bounced() {
            return List.of();
        }

        @Override
        public String error() {
            return "550 nobody";
        }
    };

    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private FakeMail mail() {
        return new FakeMail(kit.engine());
    }

    private static <R> Verdict<R> get(Consumer<Consumer<Verdict<R>>> ask) {
        var told = new CompletableFuture<Verdict<R>>();
        ask.accept(verdict -> {
            if (!told.complete(verdict)) {
                throw new AssertionError("told twice");
            }
        });
        return Kit.get(told);
    }

    private Verdict<SendDecision> send(OutboundMail mail) {
        return get(then -> kit.engine().current().askSend(mail, Runnable::run, then));
    }

    private Verdict<HookResult> submit(FakeSubmission submission) {
        return get(then -> kit.engine().current().askSubmit(submission, Runnable::run, then));
    }

    @Test
    void nobodyIsSilentOnTheCallersThread() {
        var mail = mail();
        var chains = kit.engine().current();
        var here = Thread.currentThread();
        for (var moment : List.of(
                Moment.PRE_SEND_TRANS_EMAIL, Moment.SEND_EMAIL, Moment.GET_MX, Moment.DEFERRED, Moment.BOUNCE)) {
            assertThat(chains.isEmpty(moment)).isTrue();
        }
        var answers = new CopyOnWriteArrayList<Object>();
        chains.askSend(mail, task -> answers.add("hop"), v -> answers.add(v.answer()));
        chains.askRoute(mail, task -> answers.add("hop"), v -> answers.add(v.answer()));
        chains.askDeferred(mail, DEFERRAL, task -> answers.add("hop"), v -> answers.add(v.answer()));
        chains.askBounce(mail, FAILURE, task -> answers.add("hop"), v -> answers.add(v.answer()));
        chains.askSubmit(new FakeSubmission(null, kit.engine()), task -> answers.add("hop"), v -> {
            assertThat(Thread.currentThread()).isSameAs(here);
            answers.add(v.answer());
        });
        assertThat(answers)
                .containsExactly(
                        SendDecision.now(),
                        MxResult.CONTINUE,
                        RetryDecision.onSchedule(),
                        BounceDecision.notifySender(),
                        HookResult.CONTINUE);
    }

    @Test
    void theFirstAnswerThatIsMoreThanNoOpinionStands() {
        var asked = new CopyOnWriteArrayList<String>();
        var route = MxResult.routes(List.of(Route.to("mx.example", 25)));
        kit.plugin("one").hook(RouteHook.class, (mail, domain) -> {
            asked.add("one " + domain);
            return MxResult.CONTINUE;
        });
        kit.plugin("two").hook(RouteHook.class, (mail, domain) -> {
            asked.add("two " + domain);
            return route;
        });
        kit.plugin("three").hook(RouteHook.class, (mail, domain) -> {
            asked.add("three " + domain);
            return MxResult.bounce(Reply.of(550, "no"));
        });
        var mail = mail();
        Verdict<MxResult> verdict = get(then -> kit.engine().current().askRoute(mail, Runnable::run, then));
        assertThat(verdict).isEqualTo(new Verdict<>(route, "two", false));
        assertThat(asked).containsExactly("one b.example", "two b.example");
    }

    @Test
    void aFaultKeepsTheMailAtEveryMoment() {
        kit.plugin("bad").bundle(7, "1.0.0").hook(SendHook.class, mail -> {
            throw new IllegalStateException("broken");
        });
        kit.plugin("bad/route").bundle(7, "1.0.0").hook(RouteHook.class, (mail, domain) -> {
            throw new IllegalStateException("broken");
        });
        kit.plugin("bad/deferred").bundle(7, "1.0.0").hook(DeferredHook.class, (mail, deferral) -> {
            throw new IllegalStateException("broken");
        });
        kit.plugin("bad/bounce").bundle(7, "1.0.0").hook(BounceHook.class, (mail, failure) -> {
            throw new IllegalStateException("broken");
        });
        var mail = mail();
        assertThat(send(mail)).isEqualTo(new Verdict<>(SendDecision.delay(Duration.ofMinutes(1)), "bad", true));
        Verdict<MxResult> routed = get(then -> kit.engine().current().askRoute(mail, Runnable::run, then));
        assertThat(routed.answer()).isInstanceOf(MxResult.Defer.class);
        Verdict<RetryDecision> retried =
                get(then -> kit.engine().current().askDeferred(mail, DEFERRAL, Runnable::run, then));
        assertThat(retried.answer()).isEqualTo(RetryDecision.onSchedule());
        Verdict<BounceDecision> bounced =
                get(then -> kit.engine().current().askBounce(mail, FAILURE, Runnable::run, then));
        assertThat(bounced.answer()).isEqualTo(BounceDecision.notifySender());
        assertThat(kit.log()).anyMatch(line -> line.startsWith("C1.1.1 bad at send_email: "));
    }

    @Test
    void whatAHookIsToldReachesIt() {
        var heard = new CopyOnWriteArrayList<String>();
        kit.plugin("d").hook(DeferredHook.class, (mail, deferral) -> {
            heard.add(mail.id() + " " + deferral.error());
            return RetryDecision.drop();
        });
        kit.plugin("b").hook(BounceHook.class, (mail, failure) -> {
            heard.add(mail.id() + " " + failure.error());
            return BounceDecision.none();
        });
        var mail = mail();
        Verdict<RetryDecision> retried =
                get(then -> kit.engine().current().askDeferred(mail, DEFERRAL, Runnable::run, then));
        Verdict<BounceDecision> bounced =
                get(then -> kit.engine().current().askBounce(mail, FAILURE, Runnable::run, then));
        assertThat(retried.answer()).isEqualTo(RetryDecision.drop());
        assertThat(bounced.answer()).isEqualTo(BounceDecision.none());
        assertThat(heard).containsExactly("C1.1.1 451 busy", "C1.1.1 550 nobody");
    }

    @Test
    void aMailsViewIsHandedOverOnReturnAndOnlyReadsAfterwards() {
        var kept = new AtomicReference<OutboundMail>();
        var mail = mail();
        kit.plugin("editor").hook(SendHook.class, view -> {
            view.requireTls();
            view.notes().put(NOTE, "mine");
            view.transactionNotes().put(LASTING, "kept");
            assertThat(view.isTlsRequired()).isTrue();
            assertThat(mail.isTlsRequired()).isFalse();
            assertThat(mail.notes().names()).isEmpty();
            kept.set(view);
            return SendDecision.now();
        });
        assertThat(send(mail).isFault()).isFalse();
        assertThat(mail.isTlsRequired()).isTrue();
        assertThat(mail.notes().get(NOTE)).contains("mine");
        assertThat(mail.transactionNotes().get(LASTING)).contains("3:kept");
        var view = Objects.requireNonNull(kept.get());
        assertThat(view.recipients()).containsExactly(Recipient.parse("<a@b.example>"));
        assertThatThrownBy(view::requireTls).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> view.notes().put(NOTE, "late")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSendHookMayTakeAsLongAsItLikes() {
        var told = new CompletableFuture<Verdict<SendDecision>>();
        var thread = new AtomicReference<Thread>();
        kit.plugin("slow").hook(SendHook.class, mail -> {
            thread.set(Thread.currentThread());
            LockSupport.park();
            return SendDecision.now();
        });
        kit.engine().current().askSend(mail(), Runnable::run, told::complete);
        await().until(() -> thread.get() != null);
        kit.advanceSeconds(365L * 86400);
        kit.round();
        assertThat(told).isNotDone();
        LockSupport.unpark(thread.get());
        assertThat(Kit.get(told).isFault()).isFalse();
    }

    @Test
    void aSubmissionOfATransactionIsThatTransactions() {
        var tx = kit.transaction("C1.1");
        var submission = new FakeSubmission(tx, kit.engine());
        var to = Recipient.parse("<c@d.example>");
        kit.plugin("editor").hook(SubmitHook.class, view -> {
            assertThat(view.id()).isEqualTo("C1.1");
            assertThat(view.origin()).isEqualTo("smtp");
            view.replaceSender(ReversePath.parse("<x@y.example>"));
            view.recipients().add(to);
            view.notes().put(NOTE, "n");
            view.message().headers().append("X-Edited", "yes");
            assertThat(view.transaction().orElseThrow().sender().toString()).isEqualTo("<x@y.example>");
            assertThat(view.transaction().orElseThrow().notes().get(NOTE)).contains("n");
            assertThat(tx.recipients().all()).isEmpty();
            return HookResult.CONTINUE;
        });
        assertThat(submit(submission).isFault()).isFalse();
        assertThat(tx.sender().toString()).isEqualTo("<x@y.example>");
        assertThat(tx.recipients().all()).containsExactly(to);
        assertThat(tx.notes().get(NOTE)).contains("n");
        assertThat(submission.message().headers().first("x-edited")).contains("yes");
    }

    @Test
    void aSubmissionOfAProgramHasItsOwn() {
        var submission = new FakeSubmission(null, kit.engine());
        var to = Recipient.parse("<c@d.example>");
        kit.plugin("editor").hook(SubmitHook.class, view -> {
            assertThat(view.transaction()).isEmpty();
            assertThat(view.id()).isEqualTo("P1");
            view.replaceSender(ReversePath.parse("<x@y.example>"));
            view.recipients().add(to);
            view.notes().put(LASTING, "n");
            assertThat(submission.recipients().all()).isEmpty();
            return HookResult.OK;
        });
        assertThat(submit(submission).answer()).isEqualTo(HookResult.OK);
        assertThat(submission.sender().toString()).isEqualTo("<x@y.example>");
        assertThat(submission.recipients().all()).containsExactly(to);
        assertThat(submission.notes().get(LASTING)).contains("3:n");
    }

    @Test
    void aRefusedSubmissionIsShownToDenyHooksWithoutAConnection() {
        var seen = new CopyOnWriteArrayList<String>();
        kit.plugin("no").hook(SubmitHook.class, view -> HookResult.deny("not this"));
        kit.plugin("rescue").hook(DenyHook.class, denial -> {
            seen.add(denial.plugin() + " " + denial.moment().key() + " " + denial.connection() + " "
                    + denial.argument().orElseThrow().getClass().getSimpleName());
            return HookResult.OK;
        });
        assertThat(submit(new FakeSubmission(null, kit.engine())).answer()).isEqualTo(HookResult.CONTINUE);
        assertThat(seen).containsExactly("no pre_send_trans_email Optional.empty SubmissionView");
    }

    @Test
    void deliveriesAreToldWithAViewThatOnlyReads() {
        var seen = new CopyOnWriteArrayList<String>();
        kit.plugin("watcher").hook(DeliveryListener.class, (mail, delivered) -> {
            seen.add(mail.id());
            try {
                mail.requireTls();
            } catch (IllegalStateException e) {
                seen.add("read only");
            }
        });
        var generation = kit.begin();
        var mail = mail();
        generation.delivered(mail, FakeDelivered.ONE);
        generation.release();
        await().until(() -> seen.size() == 2);
        assertThat(seen).containsExactly("C1.1.1", "read only");
        assertThat(mail.isTlsRequired()).isFalse();
    }

    @Test
    void notesWithACodecAreKeptAsBytesAndReadAgainWhoeverKnowsThem() {
        var notes = (LiveNotes) kit.engine().newNotes();
        notes.put(NOTE, "memory");
        assertThat(notes.revision()).isZero();
        notes.put(LASTING, "a");
        assertThat(notes.revision()).isEqualTo(1);
        assertThat(notes.coded()).hasSize(1);
        var kept = new HashMap<>(notes.coded());
        kept.put("somebody.else", new StoredNote(9, new byte[] {1, 2}));
        var again = kit.engine().newNotes(kept);
        assertThat(again.get(LASTING)).contains("3:a");
        assertThat(again.get(NOTE)).isEmpty();
        assertThat(again.coded()).isEqualTo(kept);
        again.remove(LASTING);
        assertThat(again.revision()).isEqualTo(1);
        assertThat(again.coded()).containsOnlyKeys("somebody.else");
    }
}
