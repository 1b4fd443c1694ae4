package org.tarishi.plugin.maildir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;

/** Stores mail in Maildirs; its yes means that the message survives a power cut. */
@SmtpPlugin("maildir")
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class Maildir implements QueueHook {

    /** Which queue plugin is wanted for a message; set by other plugins. */
    static final NoteKey<String> QUEUE_WANTS = NoteKey.of("queue.wants", String.class);

    static final Reply FULL = Reply.of(452, new EnhancedStatus(4, 3, 1), "Not enough room, try again later");
    static final Reply UNAVAILABLE =
            Reply.of(451, new EnhancedStatus(4, 3, 0), "Mail can't be stored now, try again later");

    private static final Logger LOG = LoggerFactory.getLogger(Maildir.class);

    private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

    private final Function<Settings, Store> stores;
    private final Thread cleaner;
    private volatile Store store;

    /** Makes it for the container. */
    @Activate
    public Maildir(BundleContext context, Config config) {
        this(new Settings(config), dataFolder(context), Clock.systemUTC(), new SecureRandom().nextInt(), new Disk());
        cleaner.start();
    }

    Maildir(Settings settings, Path data, Clock clock, int random, Disk disk) {
        var names = new UniqueNames(clock, ProcessHandle.current().pid(), random, hostName());
        this.stores =
                chosen -> new Store(data.resolve(chosen.root()).toAbsolutePath().normalize(), chosen, names, disk);
        this.store = stores.apply(settings);
        this.cleaner = Thread.ofVirtual().name("maildir-clean").unstarted(() -> clean(clock));
    }

    private static Path dataFolder(BundleContext context) {
        var folder = context.getProperty("tarishi.data");
        return Path.of(folder == null ? "data" : folder);
    }

    private static String hostName() {
        try {
            // The kernel is asked first: the JDK goes on to ask name servers for the address.
            return Files.isReadable(KERNEL_NAME)
                    ? Files.readString(KERNEL_NAME).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            LOG.info("this machine's name can't be told, file names say localhost: {}", e.getMessage());
            return "localhost";
        }
    }

    /** Takes other settings; deliveries under way end by the old ones. */
    @Modified
    void modified(Config config) {
        store = stores.apply(new Settings(config));
    }

    @Deactivate
    void deactivate() {
        cleaner.interrupt();
    }

    private void clean(Clock clock) {
        var now = store;
        int removed = now.clean(clock.instant());
        if (removed > 0) {
            LOG.info("{}: {} files removed that deliveries have left below tmp", now.root(), removed);
        }
    }

    @Override
    public HookResult onQueue(Transaction tx, Message message) {
        var wanted = tx.notes().get(QUEUE_WANTS);
        var recipients = tx.recipients().all();
        if (wanted.filter(w -> !w.equals("maildir")).isPresent() || recipients.isEmpty() || tx.isDiscarding()) {
            return HookResult.CONTINUE;
        }
        var now = store;
        try {
            var mailboxes =
                    recipients.stream().map(Recipient::mailbox).distinct().toList();
            var files = now.deliver(tx.sender(), mailboxes, message);
            if (LOG.isDebugEnabled()) {
                LOG.debug("stored in {}: {}", now.root(), listed(files));
            }
            return HookResult.OK;
        } catch (IOException e) {
            boolean isFull = isFull(e, now.root(), tx.size());
            LOG.error("not stored in {}: {}; {}", now.root(), reason(e), remedy(e, isFull));
            return HookResult.denySoft(isFull ? FULL : UNAVAILABLE);
        }
    }

    private static String listed(List<Path> files) {
        return files.size() == 1
                ? files.getFirst().toString()
                : files.getFirst() + " and " + (files.size() - 1) + " more";
    }

    private static boolean isFull(IOException e, Path root, long size) {
        var text = String.valueOf(e.getMessage());
        return text.contains("No space left on device")
                || text.contains("Disk quota exceeded")
                || (Files.isWritable(root) && root.toFile().getUsableSpace() < size);
    }

    private static String reason(IOException e) {
        var text = e instanceof FileSystemException f && f.getReason() == null
                ? f.getFile() + " (" + e.getClass().getSimpleName() + ")"
                : String.valueOf(e.getMessage());
        return Text.escaped(text);
    }

    private static String remedy(IOException e, boolean isFull) {
        if (isFull) {
            return "make room there, or set root to a folder that has it";
        }
        return switch (e) {
            case AccessDeniedException _ -> "give the server's user the right to write there, or set another root";
            case NoSuchFileException _ -> "make the folder or mount its file system, or set another root";
            default -> "mend the file system, or set another root";
        };
    }
}
