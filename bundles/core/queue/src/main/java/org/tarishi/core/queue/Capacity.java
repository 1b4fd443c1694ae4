package org.tarishi.core.queue;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.QueueStoreException;
import org.tarishi.core.spi.QueueStoreException.Reason;

/**
 * Tells whether new mail is taken: as long as mails, their bytes, and the disk leave room. Where they don't, intake goes on at the pace at which mail
 * leaves. Any thread.
 */
final class Capacity {

    private static final Logger LOG = LoggerFactory.getLogger(Capacity.class);

    private final Disk disk;
    private final Index index;
    private final Supplier<Settings> settings;
    private final Room room;
    private volatile boolean isFull;

    Capacity(Disk disk, Index index, Supplier<Settings> settings) {
        this.disk = disk;
        this.index = index;
        this.settings = settings;
        this.room = new Room(disk, () -> settings.get().freeBytes());
    }

    /**
     * Returns why a message is refused without trying; null where it is not.
     *
     * @param isOwed whether a mail goes when this one has come: then only the disk must have room
     */
    @Nullable QueueStoreException refusal(boolean isOwed) {
        var full = full();
        if (full != null ^ isFull) {
            tell(full);
        }
        if (full == null || (isOwed && !room.isShort())) {
            return null;
        }
        return new QueueStoreException(Reason.FULL, full);
    }

    /** Returns how full the queue is by its own limits, in percent. */
    int fullness() {
        var now = settings.get();
        var counts = index.counts();
        double mails = 100.0 * counts.mails() / now.maxMails();
        double bytes = now.maxBytes() == 0 ? 0 : 100.0 * counts.bytes() / now.maxBytes();
        return (int) Math.max(mails, bytes);
    }

    private @Nullable String full() {
        var now = settings.get();
        var counts = index.counts();
        if (counts.mails() >= now.maxMails()) {
            return counts.mails() + " mails are queued; raise maxMails of " + Settings.PID + " for more";
        }
        if (now.maxBytes() > 0 && counts.bytes() >= now.maxBytes()) {
            return counts.bytes() + " bytes of mail are queued; raise maxBytes of " + Settings.PID + " for more";
        }
        if (room.isShort()) {
            return "less than " + now.freeBytes() + " bytes are free in " + disk
                    + "; make room there, or lower freeBytes of " + Settings.PID;
        }
        return null;
    }

    /** Once for each change; who comes while another tells goes on. */
    private void tell(@Nullable String full) {
        synchronized (this) {
            if (isFull == (full != null)) {
                return;
            }
            isFull = full != null;
        }
        if (full == null) {
            LOG.info("the queue has room for new mail again");
        } else {
            LOG.warn("the queue takes no new mail for now: {}", full);
        }
    }

    /** Takes note of bytes that are about to be written. */
    void taken(long size) {
        room.taken(size);
    }
}
