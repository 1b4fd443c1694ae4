package org.tarishi.core.queue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.StoredContent;

/**
 * A store in memory: what the durable one is held against, and a stand-in for tests of who uses one.
 *
 * <p>It says what the contract says in the plainest way. Its stages have completed when they are returned. {@link #refuse} makes it fail, {@link
 * #restart} returns what another run would find.
 */
public final class RamQueueStore implements QueueStore {

    private final TreeMap<Long, Kept> mails = new TreeMap<>();
    private final CompletableFuture<@Nullable Void> scanned = new CompletableFuture<>();
    private final long first;
    private long next = 1;
    private QueueStoreException.@Nullable Reason refusing;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Content(byte[] header, byte[] body, boolean isEightBit, boolean isBinary) implements StoredContent {

        @Override
        public long bodySize() {
            return body.length;
        }

        @Override
        public InputStream openBody(long from, long to) {
            return new ByteArrayInputStream(body, (int) from, (int) (to - from));
        }
    }

    private record Kept(QueuedMail mail, Content content) {}

    /** Makes an empty one, whose scan has ended. */
    public RamQueueStore() {
        first = next;
        scanned.complete(null);
    }

    private RamQueueStore(RamQueueStore before) {
        mails.putAll(before.mails);
        next = before.next;
        first = next;
    }

    /** Fails everything that would write from now on; null lets it go on. */
    public synchronized void refuse(QueueStoreException.@Nullable Reason reason) {
        refusing = reason;
    }

    /** Returns another store with the same mails, as after a restart; they are shown after {@link #endScan}. */
    public synchronized RamQueueStore restart() {
        return new RamQueueStore(this);
    }

    /** Ends the scan after {@link #restart}. */
    public void endScan() {
        scanned.complete(null);
    }

    private @Nullable Kept shown(long number) {
        return scanned.isDone() || number >= first ? mails.get(number) : null;
    }

    private static <T extends @Nullable Object> CompletionStage<T> failed(QueueStoreException.Reason reason) {
        return CompletableFuture.failedFuture(new QueueStoreException(reason, "as the test wants it"));
    }

    @Override
    public synchronized CompletionStage<List<Long>> insert(NewMessage message) {
        if (refusing != null) {
            return failed(refusing);
        }
        Content content;
        try {
            content = copy(message.message());
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new QueueStoreException(QueueStoreException.Reason.FAILING, "cannot read the message", e));
        }
        long number = next++;
        var numbers = new ArrayList<Long>();
        for (var mail : message.mails()) {
            long own = next++;
            numbers.add(own);
            var notes = mail.state().notes().isEmpty()
                    ? message.notes()
                    : mail.state().notes();
            mails.put(
                    own,
                    new Kept(
                            new QueuedMail(
                                    own,
                                    number,
                                    mail.id(),
                                    message.id(),
                                    message.sender(),
                                    mail.domain(),
                                    mail.recipients(),
                                    message.origin(),
                                    message.queuedAt().truncatedTo(ChronoUnit.MILLIS),
                                    content.header().length + 2L + content.body().length,
                                    truncated(mail.state().withNotes(notes))),
                            content));
        }
        return CompletableFuture.completedStage(List.copyOf(numbers));
    }

    private static MailState truncated(MailState state) {
        return state.withDue(state.due().truncatedTo(ChronoUnit.MILLIS));
    }

    private static Content copy(Message message) throws IOException {
        var header = new ByteArrayOutputStream();
        for (var field : message.headers().fields()) {
            header.write(field.bytes());
        }
        var body = new ByteArrayOutputStream();
        message.writeTo(body, Set.of(Message.WriteOption.BODY_ONLY));
        return new Content(header.toByteArray(), body.toByteArray(), message.isEightBit(), message.isBinary());
    }

    @Override
    public synchronized CompletionStage<MailState> update(long number, UnaryOperator<MailState> change) {
        var kept = shown(number);
        if (kept == null) {
            return failed(QueueStoreException.Reason.GONE);
        }
        var state = truncated(change.apply(kept.mail().state()));
        if (refusing != null) {
            return failed(refusing);
        }
        var mail = kept.mail();
        mails.put(
                number,
                new Kept(
                        new QueuedMail(
                                number,
                                mail.message(),
                                mail.id(),
                                mail.submission(),
                                mail.sender(),
                                mail.domain(),
                                mail.recipients(),
                                mail.origin(),
                                mail.queuedAt(),
                                mail.size(),
                                state),
                        kept.content()));
        return CompletableFuture.completedStage(state);
    }

    @Override
    public synchronized CompletionStage<@Nullable Void> remove(long number) {
        if (shown(number) != null) {
            if (refusing != null) {
                return failed(refusing);
            }
            mails.remove(number);
        }
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<@Nullable Void> scanned() {
        return scanned;
    }

    @Override
    public synchronized Optional<QueuedMail> read(long number) {
        return Optional.ofNullable(shown(number)).map(Kept::mail);
    }

    @Override
    public synchronized Optional<Long> find(String id) {
        return mails.values().stream()
                .map(Kept::mail)
                .filter(mail -> mail.id().equals(id) && shown(mail.number()) != null)
                .map(QueuedMail::number)
                .findFirst();
    }

    @Override
    public synchronized Optional<StoredContent> open(long number) {
        return Optional.ofNullable(shown(number)).map(Kept::content);
    }

    @Override
    public synchronized int visit(int position, int most, Visitor visitor) {
        int at = position;
        for (long number : new ArrayList<>(mails.tailMap((long) position, true).keySet())) {
            if (at - position >= most) {
                return at;
            }
            at = (int) number + 1;
            var kept = shown(number);
            if (kept != null && !visitor.visit(row(kept.mail()))) {
                return at;
            }
        }
        return -1;
    }

    private static Row row(QueuedMail mail) {
        record Shown(QueuedMail mail) implements Row {
            @Override
            public long number() {
                return mail.number();
            }

            @Override
            public long message() {
                return mail.message();
            }

            @Override
            public String domain() {
                return mail.domain();
            }

            @Override
            public int sender() {
                return mail.sender()
                        .mailbox()
                        .map(mailbox ->
                                mailbox.toString().toLowerCase(Locale.ROOT).hashCode())
                        .orElse(0);
            }

            @Override
            public long queuedAt() {
                return mail.queuedAt().toEpochMilli();
            }

            @Override
            public long due() {
                return mail.state().due().toEpochMilli();
            }

            @Override
            public int failures() {
                return mail.state().failures();
            }

            @Override
            public int priority() {
                return mail.state().priority();
            }

            @Override
            public boolean isHeld() {
                return mail.state().held() != null;
            }

            @Override
            public long size() {
                return mail.size();
            }

            @Override
            public int pending() {
                return mail.state().pending();
            }
        }
        return new Shown(mail);
    }

    @Override
    public synchronized Stats stats() {
        var shown = mails.values().stream()
                .filter(kept -> shown(kept.mail().number()) != null)
                .toList();
        var messages = new HashSet<Long>();
        long bytes = 0;
        for (var kept : shown) {
            if (messages.add(kept.mail().message())) {
                bytes += kept.mail().size();
            }
        }
        return new Stats(
                shown.size(),
                shown.stream()
                        .filter(kept -> kept.mail().state().held() != null)
                        .count(),
                messages.size(),
                bytes,
                bytes,
                !scanned.isDone(),
                0,
                shown.stream()
                        .map(kept -> kept.mail().queuedAt())
                        .min(Comparator.<Instant>naturalOrder())
                        .orElse(null));
    }

    @Override
    public synchronized Optional<QueueStoreException.Reason> refusal() {
        return Optional.ofNullable(refusing);
    }

    @Override
    public List<String> verify() {
        return List.of();
    }

    @Override
    public int importHaraka(Path folder, Consumer<String> told) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> importMessage(Path file, ReversePath sender, List<Recipient> recipients) throws IOException {
        var text = Files.readString(file, StandardCharsets.ISO_8859_1);
        var mail = new NewMessage.Mail(
                "import.1",
                recipients.getFirst().mailbox().host().ascii(),
                recipients,
                MailState.first(recipients.size(), Instant.EPOCH));
        var message = new NewMessage(
                "import", sender, TestMessage.of(text), Map.of(), "import", Instant.EPOCH, false, List.of(mail));
        insert(message).toCompletableFuture().join();
        return List.of(mail.id());
    }
}
