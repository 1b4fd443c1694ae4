package org.tarishi.core.queue;

import java.nio.file.AccessDeniedException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import org.tarishi.core.spi.QueueStoreException.Reason;

/** What a failure of the file system means. */
final class DiskFaults {

    private DiskFaults() {}

    /** Returns the reason that a client and a caller are told. The JDK tells these only by the system's words. */
    static Reason reason(Exception e) {
        var text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("no space left") || text.contains("quota exceeded")) {
            return Reason.FULL;
        }
        if (e instanceof AccessDeniedException
                || e instanceof ReadOnlyFileSystemException
                || text.contains("read-only file system")) {
            return Reason.READ_ONLY;
        }
        return Reason.FAILING;
    }

    /** Returns what an operator can do. */
    static String remedy(Reason reason) {
        return switch (reason) {
            case FULL -> "make room there";
            case READ_ONLY -> "mount it to be written, and let the server's user write there";
            case FAILING, BUSY, CLOSED, GONE ->
                "look at the disk; clients are asked to try again, and taken when it works";
        };
    }
}
