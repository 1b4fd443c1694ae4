package org.tarishi.core.scheduler;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Transaction;
import org.tarishi.api.service.Mailer;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.LiveSubmission;
import org.tarishi.core.spi.MailerBackend;
import org.tarishi.core.spi.MailerOptions;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.OutboundQueue.Submitted;
import org.tarishi.core.spi.StoredNote;

/** Queues messages that programs made: those of plugins, and this bundle's own notifications. Blocks; any thread. */
final class ProgramMail implements MailerBackend {

    private static final int BLOCK = 65_536;

    /** What programs write is bounded by what they could write to a client. */
    private static final MessageStore.Limits LIMITS =
            new MessageStore.Limits(0, 16 * 1024 * 1024, 100_000, 16 * 1024 * 1024, true);

    private final Parts parts;
    private final Submissions submissions;

    ProgramMail(Parts parts, Submissions submissions) {
        this.parts = parts;
        this.submissions = submissions;
    }

    /**
     * How content is taken.
     *
     * @param isDotStuffed whether dots at the beginning of lines are doubled
     * @param removesMessageId whether Message-ID is made anew
     * @param removesDate whether Date is made anew
     */
    record Manner(boolean isDotStuffed, boolean removesMessageId, boolean removesDate) {
        static final Manner AS_IT_IS = new Manner(false, false, false);
    }

    @Override
    public Mailer.Queued send(ReversePath from, List<Recipient> to, InputStream content, MailerOptions options)
            throws IOException {
        var id = UUID.randomUUID().toString().toUpperCase(java.util.Locale.ROOT);
        try {
            var submitted = send(
                    id,
                    from,
                    to,
                    content,
                    new Manner(options.isDotStuffed(), options.removesMessageId(), options.removesDate()),
                    options.notes(),
                    options.origin(),
                    new Submissions.Particulars(Map.of(), options.requiresTls(), false));
            return new Sent(id, reply(submitted));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted; the message may be queued or not", e);
        }
    }

    private record Sent(String id, Reply reply) implements Mailer.Queued {}

    /** A program has no session that could be closed, so a refusal is its words alone. */
    private static Reply reply(Submitted submitted) {
        return switch (submitted) {
            case Submitted.Queued(var reply) -> reply;
            case Submitted.Refused(var reply) -> reply;
            case Submitted.Denied(var verdict) ->
                switch (verdict.answer()) {
                    case org.tarishi.api.hook.HookResult.Deny(var words, var _) -> words.withCode(550);
                    case org.tarishi.api.hook.HookResult.DenySoft(var words, var _) -> words.withCode(450);
                    default -> Replies.FAULT;
                };
        };
    }

    /**
     * Queues a message.
     *
     * @param id what its mails are named after
     * @param content read to its end and closed
     */
    Submitted send(
            String id,
            ReversePath from,
            List<Recipient> to,
            InputStream content,
            Manner manner,
            Map<String, StoredNote> notes,
            String origin,
            Submissions.Particulars particulars)
            throws IOException, InterruptedException {
        try (content) {
            var hooks = parts.hooks();
            var messages = parts.messages();
            if (hooks == null || messages == null) {
                return new Submitted.Refused(Replies.NOT_READY);
            }
            var received = receive(messages, id, content, manner.isDotStuffed());
            return switch (received) {
                case Intake.Received.Faulty(var fault) -> new Submitted.Refused(faulty(fault));
                case Intake.Received.Complete(var message) -> {
                    try {
                        if (manner.removesMessageId()) {
                            message.headers().remove("Message-ID");
                        }
                        if (manner.removesDate()) {
                            message.headers().remove("Date");
                        }
                        yield submit(
                                hooks, new Program(id, from, to, message, hooks.newNotes(notes), origin), particulars);
                    } finally {
                        message.close();
                    }
                }
            };
        }
    }

    private Submitted submit(Hooks hooks, LiveSubmission submission, Submissions.Particulars particulars)
            throws InterruptedException {
        Admission admission = Asked.get(then -> hooks.begin(Runnable::run, then));
        return switch (admission) {
            case Admission.Refused(var reply) -> new Submitted.Refused(reply);
            case Admission.Admitted(Generation generation) -> {
                try {
                    yield Asked.get(
                            then -> submissions.submit(submission, particulars, generation, Runnable::run, then));
                } finally {
                    generation.release();
                }
            }
        };
    }

    private static Reply faulty(Intake.Fault fault) {
        return switch (fault) {
            case STORAGE -> StatusReason.SYS_DISK_FULL.reply(452, "The message can't be stored now");
            case TOO_BIG -> StatusReason.SYS_MSG_TOO_BIG.reply(552, "The message is too big");
            case BARE_LF, BARE_CR, NUL, LINE_TOO_LONG, HEADER_TOO_BIG ->
                StatusReason.MEDIA_UNSPECIFIED.reply(554, "The message is not well formed");
        };
    }

    private static Intake.Received receive(MessageStore store, String id, InputStream content, boolean isDotStuffed)
            throws IOException, InterruptedException {
        var framing = isDotStuffed ? MessageStore.Framing.DOT : MessageStore.Framing.CHUNKS;
        var intake = store.open(id, framing, MessageStore.BareLineEnds.CONVERT, LIMITS);
        boolean isDone = false;
        try {
            feed(intake, content, isDotStuffed);
            Intake.Received received = Asked.get(then -> intake.complete(Runnable::run, then));
            isDone = true;
            return received;
        } finally {
            if (!isDone) {
                intake.abort();
            }
        }
    }

    private static void feed(Intake intake, InputStream content, boolean isDotStuffed)
            throws IOException, InterruptedException {
        var block = new byte[BLOCK];
        int last = '\n';
        for (int length = content.read(block); length >= 0; length = content.read(block)) {
            if (length == 0) {
                continue;
            }
            last = block[length - 1];
            if (feed(intake, ByteBuffer.wrap(block, 0, length))) {
                throw new IOException("content that is dot-stuffed holds a line with a lone dot");
            }
        }
        if (!isDotStuffed) {
            intake.end();
        } else if (!feed(
                intake, ByteBuffer.wrap((last == '\n' ? ".\r\n" : "\r\n.\r\n").getBytes(StandardCharsets.US_ASCII)))) {
            throw new IOException("content that is dot-stuffed does not end with a line");
        }
    }

    /** Feeds a block, waiting for the disk; tells whether the message has ended. */
    private static boolean feed(Intake intake, ByteBuffer bytes) throws InterruptedException {
        while (true) {
            switch (intake.feed(bytes)) {
                case END -> {
                    return true;
                }
                case MORE -> {
                    if (!bytes.hasRemaining()) {
                        return false;
                    }
                }
                case WAIT -> {
                    var ready = new CountDownLatch(1);
                    intake.whenReady(Runnable::run, ready::countDown);
                    ready.await();
                    if (!bytes.hasRemaining()) {
                        return false;
                    }
                }
            }
        }
    }

    /** A submission without a transaction. One thread at a time. */
    static final class Program implements LiveSubmission, Recipients {

        private final String id;
        private final List<Recipient> to;
        private final LiveMessage message;
        private final LiveNotes notes;
        private final String origin;
        private ReversePath sender;

        Program(
                String id,
                ReversePath sender,
                List<Recipient> to,
                LiveMessage message,
                LiveNotes notes,
                String origin) {
            this.id = id;
            this.sender = sender;
            this.to = new ArrayList<>(to);
            this.message = message;
            this.notes = notes;
            this.origin = origin;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public ReversePath sender() {
            return sender;
        }

        @Override
        public void replaceSender(ReversePath other) {
            sender = other;
        }

        @Override
        public Recipients recipients() {
            return this;
        }

        @Override
        public List<Recipient> all() {
            return List.copyOf(to);
        }

        @Override
        public void add(Recipient recipient) {
            to.add(recipient);
        }

        @Override
        public boolean replace(Recipient one, List<Recipient> others) {
            int at = to.indexOf(one);
            if (at < 0) {
                return false;
            }
            to.remove(at);
            to.addAll(at, others);
            return true;
        }

        @Override
        public boolean remove(Recipient one) {
            return to.remove(one);
        }

        @Override
        public LiveMessage message() {
            return message;
        }

        @Override
        public Notes notes() {
            return notes;
        }

        @Override
        public Optional<Transaction> transaction() {
            return Optional.empty();
        }

        @Override
        public String origin() {
            return origin;
        }
    }
}
