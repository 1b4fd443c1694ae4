package org.tarishi.core.hooks;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.outbound.BounceDecision;
import org.tarishi.api.outbound.Deferral;
import org.tarishi.api.outbound.Failure;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.RetryDecision;
import org.tarishi.api.outbound.SendDecision;

/**
 * The questions about queued mail. Nobody is there to be refused anything: no opinion goes on to the next plugin, any other answer
 * ends the chain, and a fault that counts as a refusal keeps the mail.
 *
 * @param <R> the kind of answer
 */
abstract class MailQuestion<R> implements Question<R> {

    private static final Reply LATER =
            Reply.of(451, new EnhancedStatus(4, 3, 0), "a plugin failed to say where the mail goes");

    /** Whether an attempt is made. */
    static final MailQuestion<SendDecision> SEND =
            new MailQuestion<>(SendDecision.now(), SendDecision.delay(Duration.ofMinutes(1))) {

                @Override
                public @Nullable SendDecision call(Entrance hook, Call call, @Nullable Object argument)
                        throws Throwable {
                    return (SendDecision) hook.to("onSend").invokeExact(call.mail());
                }
            };

    /** Where a mail goes. */
    static final MailQuestion<MxResult> ROUTE = new MailQuestion<>(MxResult.CONTINUE, MxResult.defer(LATER)) {

        @Override
        public @Nullable MxResult call(Entrance hook, Call call, @Nullable Object argument) throws Throwable {
            return (MxResult)
                    hook.to("onRoute").invokeExact(call.mail(), call.mail().domain());
        }
    };

    /** When a mail is tried again. */
    static final MailQuestion<RetryDecision> DEFERRED =
            new MailQuestion<>(RetryDecision.onSchedule(), RetryDecision.onSchedule()) {

                @Override
                public @Nullable RetryDecision call(Entrance hook, Call call, @Nullable Object argument)
                        throws Throwable {
                    return (RetryDecision) hook.to("onDeferred")
                            .invokeExact(
                                    call.mail(),
                                    Question.as(Deferral.class, call.matter().about()));
                }
            };

    /** Whether a sender is told. */
    static final MailQuestion<BounceDecision> BOUNCE =
            new MailQuestion<>(BounceDecision.notifySender(), BounceDecision.notifySender()) {

                @Override
                public @Nullable BounceDecision call(Entrance hook, Call call, @Nullable Object argument)
                        throws Throwable {
                    return (BounceDecision) hook.to("onBounce")
                            .invokeExact(
                                    call.mail(),
                                    Question.as(Failure.class, call.matter().about()));
                }
            };

    private final R silence;
    private final R later;

    private MailQuestion(R silence, R later) {
        this.silence = silence;
        this.later = later;
    }

    @Override
    public HookResult meaning(R answer) {
        return answer.equals(silence) ? HookResult.CONTINUE : HookResult.OK;
    }

    @Override
    public R of(HookResult meaning) {
        return meaning instanceof HookResult.Continue ? silence : later;
    }
}
