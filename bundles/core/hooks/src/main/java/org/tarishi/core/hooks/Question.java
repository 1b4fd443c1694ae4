package org.tarishi.core.hooks;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Hello;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.hook.VerbCommand;
import org.tarishi.api.message.Attachment;

/**
 * One kind of question that a chain is asked: how a hook is called, and what its answer means.
 *
 * @param <R> the kind of answer
 */
interface Question<R> {

    /**
     * Calls a hook.
     *
     * @param argument what the moment is about
     * @return what it answered, null when it broke its contract
     */
    @Nullable R call(Entrance hook, Call call, @Nullable Object argument) throws Throwable;

    /** Returns what an answer means to the chain: no opinion, a refusal, or anything else, which ends it. */
    HookResult meaning(R answer);

    /** Returns the answer that means this. */
    R of(HookResult meaning);

    /** The moments that are answered with a {@link HookResult}. */
    Question<HookResult> HOOK = new Question<>() {

        @Override
        public @Nullable HookResult call(Entrance hook, Call call, @Nullable Object argument) throws Throwable {
            return switch (call.link().moment()) {
                case CONNECT -> (HookResult) hook.to("onConnect").invokeExact(call.connection());
                case HELO, EHLO ->
                    (HookResult) hook.to("onHello").invokeExact(call.connection(), as(Hello.class, argument));
                case CAPABILITIES -> {
                    Capabilities view = new CapabilitiesView(call, as(Capabilities.class, argument));
                    hook.to("onCapabilities").invokeExact(call.connection(), view);
                    yield HookResult.CONTINUE;
                }
                case MAIL ->
                    (HookResult) hook.to("onMail").invokeExact(call.transaction(), as(ReversePath.class, argument));
                case RCPT ->
                    (HookResult) hook.to("onRcpt").invokeExact(call.transaction(), as(Recipient.class, argument));
                case RCPT_OK ->
                    (HookResult) hook.to("onRcptOk").invokeExact(call.transaction(), as(Recipient.class, argument));
                case DATA -> (HookResult) hook.to("onData").invokeExact(call.transaction());
                case ATTACHMENT ->
                    (HookResult)
                            hook.to("onAttachment").invokeExact(call.transaction(), as(Attachment.class, argument));
                case DATA_POST -> (HookResult) hook.to("onDataPost").invokeExact(call.transaction(), call.message());
                case MAX_DATA_EXCEEDED -> (HookResult) hook.to("onTooBig").invokeExact(call.transaction());
                case QUEUE -> (HookResult) hook.to("onQueue").invokeExact(call.transaction(), call.message());
                case QUEUE_OUTBOUND ->
                    (HookResult) hook.to("onQueueOutbound").invokeExact(call.transaction(), call.message());
                case QUEUE_OK ->
                    (HookResult) hook.to("onQueued").invokeExact(call.transaction(), as(String.class, argument));
                case VRFY -> (HookResult) hook.to("onVrfy").invokeExact(call.connection(), as(String.class, argument));
                case NOOP -> (HookResult) hook.to("onNoop").invokeExact(call.connection(), as(String.class, argument));
                case RSET -> (HookResult) hook.to("onRset").invokeExact(call.connection(), as(String.class, argument));
                case QUIT -> (HookResult) hook.to("onQuit").invokeExact(call.connection(), as(String.class, argument));
                case PRE_SEND_TRANS_EMAIL -> (HookResult) hook.to("onSubmit").invokeExact(call.submission());
                case LOOKUP_RDNS, UNRECOGNIZED_COMMAND, AUTH, BODY, DENY, SEND_EMAIL, GET_MX, DEFERRED, BOUNCE ->
                    throw new IllegalArgumentException(call.link().moment().key() + " is not asked this way");
            };
        }

        @Override
        public HookResult meaning(HookResult answer) {
            return answer;
        }

        @Override
        public HookResult of(HookResult meaning) {
            return meaning;
        }
    };

    /** The client's name. */
    Question<RdnsResult> NAME = new Question<>() {

        @Override
        public @Nullable RdnsResult call(Entrance hook, Call call, @Nullable Object argument) throws Throwable {
            return (RdnsResult) hook.to("onRdns").invokeExact(call.connection());
        }

        @Override
        public HookResult meaning(RdnsResult answer) {
            return answer instanceof RdnsResult.Answer(HookResult result) ? result : HookResult.OK;
        }

        @Override
        public RdnsResult of(HookResult meaning) {
            return new RdnsResult.Answer(meaning);
        }
    };

    /** A command that nobody knows. */
    Question<CommandResult> COMMAND = new CommandQuestion() {

        @Override
        public @Nullable CommandResult call(Entrance hook, Call call, @Nullable Object argument) throws Throwable {
            var answer = (CommandResult)
                    hook.to("onUnknownCommand").invokeExact(call.connection(), as(String.class, argument));
            if (answer instanceof CommandResult.NewClient) {
                throw new IllegalArgumentException("only a VerbHandler may name another client");
            }
            return answer;
        }
    };

    /** Returns the question of one verb. */
    static Question<CommandResult> verb(String verb) {
        return new CommandQuestion() {

            @Override
            public @Nullable CommandResult call(Entrance hook, Call call, @Nullable Object argument) throws Throwable {
                return (CommandResult) hook.to("onVerb")
                        .invokeExact((VerbCommand) new Command(call, verb, as(String.class, argument)));
            }
        };
    }

    /** Takes the answers to commands apart. */
    abstract class CommandQuestion implements Question<CommandResult> {

        @Override
        public HookResult meaning(CommandResult answer) {
            return answer instanceof CommandResult.Answer(HookResult result) ? result : HookResult.OK;
        }

        @Override
        public CommandResult of(HookResult meaning) {
            return CommandResult.of(meaning);
        }
    }

    /** One command as a plugin sees it. */
    record Command(Call call, String verb, String argument) implements VerbCommand {

        @Override
        public SmtpConnection connection() {
            return call.connection();
        }

        @Override
        public Optional<Transaction> transaction() {
            return call.hasTransaction() ? Optional.of(call.transaction()) : Optional.empty();
        }
    }

    static <T> T as(Class<T> type, @Nullable Object argument) {
        return type.cast(Objects.requireNonNull(argument, "the moment has no argument"));
    }
}
