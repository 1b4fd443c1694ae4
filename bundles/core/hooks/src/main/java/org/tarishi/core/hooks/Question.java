package org.tarishi.core.hooks;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Hello;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.AttachmentHook;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.CapabilityHook;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HelloHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.NoopHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.QueuedHook;
import org.tarishi.api.hook.QuitHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.RdnsHook;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.hook.RsetHook;
import org.tarishi.api.hook.TooBigHook;
import org.tarishi.api.hook.UnknownCommandHook;
import org.tarishi.api.hook.VerbCommand;
import org.tarishi.api.hook.VerbHandler;
import org.tarishi.api.hook.VrfyHook;
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
    @Nullable R call(Object hook, Call call, @Nullable Object argument) throws Exception;

    /** Returns what an answer means to the chain: no opinion, a refusal, or anything else, which ends it. */
    HookResult meaning(R answer);

    /** Returns the answer that means this. */
    R of(HookResult meaning);

    /** The moments that are answered with a {@link HookResult}. */
    Question<HookResult> HOOK = new Question<>() {

        @Override
        public @Nullable HookResult call(Object hook, Call call, @Nullable Object argument) throws Exception {
            return switch (call.link().moment()) {
                case CONNECT -> ((ConnectHook) hook).onConnect(call.connection());
                case HELO, EHLO -> ((HelloHook) hook).onHello(call.connection(), as(Hello.class, argument));
                case CAPABILITIES -> {
                    var view = new CapabilitiesView(call, as(Capabilities.class, argument));
                    ((CapabilityHook) hook).onCapabilities(call.connection(), view);
                    yield HookResult.CONTINUE;
                }
                case MAIL -> ((MailHook) hook).onMail(call.transaction(), as(ReversePath.class, argument));
                case RCPT -> ((RcptHook) hook).onRcpt(call.transaction(), as(Recipient.class, argument));
                case RCPT_OK -> ((RcptOkHook) hook).onRcptOk(call.transaction(), as(Recipient.class, argument));
                case DATA -> ((DataHook) hook).onData(call.transaction());
                case ATTACHMENT ->
                    ((AttachmentHook) hook).onAttachment(call.transaction(), as(Attachment.class, argument));
                case DATA_POST -> ((DataPostHook) hook).onDataPost(call.transaction(), call.message());
                case MAX_DATA_EXCEEDED -> ((TooBigHook) hook).onTooBig(call.transaction());
                case QUEUE -> ((QueueHook) hook).onQueue(call.transaction(), call.message());
                case QUEUE_OUTBOUND -> ((QueueOutboundHook) hook).onQueueOutbound(call.transaction(), call.message());
                case QUEUE_OK -> ((QueuedHook) hook).onQueued(call.transaction(), as(String.class, argument));
                case VRFY -> ((VrfyHook) hook).onVrfy(call.connection(), as(String.class, argument));
                case NOOP -> ((NoopHook) hook).onNoop(call.connection(), as(String.class, argument));
                case RSET -> ((RsetHook) hook).onRset(call.connection(), as(String.class, argument));
                case QUIT -> ((QuitHook) hook).onQuit(call.connection(), as(String.class, argument));
                case LOOKUP_RDNS,
                        UNRECOGNIZED_COMMAND,
                        AUTH,
                        BODY,
                        DENY,
                        PRE_SEND_TRANS_EMAIL,
                        SEND_EMAIL,
                        GET_MX,
                        DEFERRED,
                        BOUNCE ->
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
        public @Nullable RdnsResult call(Object hook, Call call, @Nullable Object argument) throws Exception {
            return ((RdnsHook) hook).onRdns(call.connection());
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
        public @Nullable CommandResult call(Object hook, Call call, @Nullable Object argument) throws Exception {
            return ((UnknownCommandHook) hook).onUnknownCommand(call.connection(), as(String.class, argument));
        }
    };

    /** Returns the question of one verb. */
    static Question<CommandResult> verb(String verb) {
        return new CommandQuestion() {

            @Override
            public @Nullable CommandResult call(Object hook, Call call, @Nullable Object argument) throws Exception {
                return ((VerbHandler) hook).onVerb(new Command(call, verb, as(String.class, argument)));
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

    private static <T> T as(Class<T> type, @Nullable Object argument) {
        return type.cast(Objects.requireNonNull(argument, "the moment has no argument"));
    }
}
