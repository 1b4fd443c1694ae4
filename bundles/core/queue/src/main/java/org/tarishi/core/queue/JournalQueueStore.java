package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;
import org.tarishi.core.spi.QueueStore;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.StoredContent;

/**
 * The store of queued mail in a folder of this host.
 *
 * <p>A folder that can't be opened is tried again each second; until then mail is refused for now. So a disk that is mounted late, or
 * mended, needs no restart.
 */
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class JournalQueueStore implements QueueStore {

    private static final Logger LOG = LoggerFactory.getLogger(JournalQueueStore.class);
    private static final String DATA_FOLDER = "tarishi.data";
    private static final long PAUSE_MILLIS = 1_000;
    private static final long FRESH_NANOS = 5_000_000_000L;

    private final Path folder;
    private final Thread opener;
    private final CompletableFuture<@Nullable Void> scanned = new CompletableFuture<>();
    private volatile Settings settings;
    private volatile @Nullable Store store;
    private volatile QueueStoreException whyClosed =
            new QueueStoreException(Reason.CLOSED, "the queue is not open yet");
    private volatile Age age = new Age(Long.MAX_VALUE, System.nanoTime() - FRESH_NANOS);

    /** When the oldest mail was queued, as it was at an instant. */
    private record Age(long millis, long at) {}

    /** Made by Declarative Services. */
    @Activate
    public JournalQueueStore(BundleContext context, Config config) {
        this(data(context), new Settings(config));
    }

    /** Makes one for a data folder. */
    JournalQueueStore(Path data, Settings settings) {
        this.settings = settings;
        this.folder = data.resolve(settings.folder()).toAbsolutePath().normalize();
        this.opener = Thread.ofPlatform().daemon().name("queue opener").unstarted(this::open);
        // The usual folder opens at once; whoever comes next finds it open.
        if (!tryOpen()) {
            opener.start();
        }
    }

    private static Path data(BundleContext context) {
        var folder = context.getProperty(DATA_FOLDER);
        return Path.of(folder == null ? "data" : folder);
    }

    private boolean tryOpen() {
        try {
            var opened = Store.open(
                    new FolderDisk(folder, settings.isDurable()),
                    () -> settings,
                    () -> settings.segmentBytes(),
                    new SecureRandom(),
                    true);
            var _ = opened.scanned().whenComplete((_, fault) -> {
                if (fault == null) {
                    scanned.complete(null);
                } else {
                    scanned.completeExceptionally(fault);
                }
            });
            store = opened;
            return true;
        } catch (IOException | RuntimeException e) {
            var reason = DiskFaults.reason(e);
            var text = "the queue in " + folder + " can't be opened: " + Text.escaped(e.toString());
            if (!text.equals(whyClosed.getMessage())) {
                LOG.error("{}; {}", text, DiskFaults.remedy(reason));
            }
            whyClosed = new QueueStoreException(reason, text, e);
            return false;
        }
    }

    private void open() {
        try {
            do {
                Thread.sleep(PAUSE_MILLIS);
            } while (!tryOpen());
            LOG.info("the queue in {} is open", folder);
        } catch (InterruptedException e) {
            // closed before
        }
    }

    /** Takes other settings; folder and forcing count from the next start. */
    @Modified
    void modified(Config config) {
        var next = new Settings(config);
        if (!next.folder().equals(settings.folder()) || next.isDurable() != settings.isDurable()) {
            LOG.info("folder and sync of {} count from the next start", Settings.PID);
        }
        settings = next;
    }

    /** Ends it; what was given to it is safe before this returns. */
    @Deactivate
    void close() {
        opener.interrupt();
        try {
            opener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var open = store;
        store = null;
        whyClosed = new QueueStoreException(Reason.CLOSED, "the queue is closed");
        if (open != null) {
            open.close();
        }
        scanned.completeExceptionally(whyClosed);
    }

    private Store opened() throws QueueStoreException {
        var open = store;
        if (open == null) {
            var why = whyClosed;
            throw new QueueStoreException(why.reason(), String.valueOf(why.getMessage()), why.getCause());
        }
        return open;
    }

    @Override
    public CompletionStage<List<Long>> insert(NewMessage message) {
        try {
            var open = opened();
            var why = open.refusal(message.isOwed());
            return why != null
                    ? CompletableFuture.failedFuture(why)
                    : open.inserts().insert(Inserts.Envelope.of(message), Source.of(message.message()));
        } catch (QueueStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<MailState> update(long number, UnaryOperator<MailState> change) {
        try {
            return opened().changes().update(number, change);
        } catch (QueueStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<@Nullable Void> remove(long number) {
        try {
            return opened().changes().remove(number);
        } catch (QueueStoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<@Nullable Void> scanned() {
        return scanned.minimalCompletionStage();
    }

    @Override
    public Optional<QueuedMail> read(long number) throws IOException {
        return opened().mail(number);
    }

    @Override
    public Optional<Long> find(String id) throws IOException {
        return opened().find(id);
    }

    @Override
    public Optional<StoredContent> open(long number) throws IOException {
        return opened().content(number);
    }

    @Override
    public int visit(int position, int most, Visitor visitor) {
        var open = store;
        return open == null ? -1 : open.index().visit(position, most, visitor);
    }

    @Override
    public Stats stats() {
        var open = store;
        if (open == null) {
            return new Stats(0, 0, 0, 0, 0, !scanned.isDone(), 0, null);
        }
        var counts = open.index().counts();
        var oldest = age;
        if (System.nanoTime() - oldest.at() >= FRESH_NANOS) {
            oldest = new Age(open.index().oldest(), System.nanoTime());
            age = oldest;
        }
        return new Stats(
                counts.mails(),
                counts.held(),
                counts.messages(),
                counts.bytes(),
                open.diskBytes(),
                !scanned.isDone(),
                open.damaged(),
                counts.mails() == 0 || oldest.millis() == Long.MAX_VALUE
                        ? null
                        : Instant.ofEpochMilli(oldest.millis()));
    }

    @Override
    public Optional<Reason> refusal() {
        var open = store;
        if (open == null) {
            return Optional.of(whyClosed.reason());
        }
        return Optional.ofNullable(open.refusal(false)).map(QueueStoreException::reason);
    }

    @Override
    public int fullness() {
        var open = store;
        return open == null ? 0 : open.fullness();
    }

    @Override
    public List<String> verify() throws IOException {
        return opened().verify();
    }

    @Override
    public int importHaraka(Path from, Consumer<String> told) throws IOException {
        var open = opened();
        try {
            // What is queued already must be known first.
            open.scanned().join();
        } catch (CompletionException e) {
            throw new QueueStoreException(Reason.CLOSED, "what is queued is not known", e.getCause());
        }
        return new HarakaImport(open).run(from, told);
    }

    @Override
    public List<String> importMessage(Path file, ReversePath sender, List<Recipient> recipients) throws IOException {
        return new MessageImport(opened(), InstantSource.system()).run(file, sender, recipients);
    }
}
