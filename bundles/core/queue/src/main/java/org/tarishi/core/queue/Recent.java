package org.tarishi.core.queue;

import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages that were written last, so that mail which leaves at once is not read from the disk: so many bytes of them, the oldest go
 * first. Any thread.
 */
final class Recent {

    /** What waits a fifth of a second at a few thousand messages a second; more would grow old, and be costly to collect. */
    private static final int MOST_BYTES = 1 << 20;

    private final LinkedHashMap<Index.Place, Message> messages = new LinkedHashMap<>();
    private int bytes;

    /**
     * A message that is safe.
     *
     * @param entry as it was written
     * @param body the body behind it; nothing where it lies in a file
     * @param size about what it takes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Message(Entry entry, byte[] body, int size) {}

    synchronized void put(Index.Place place, Entry entry, byte[] body) {
        var message = new Message(entry, body, place.length());
        messages.put(place, message);
        bytes += message.size();
        while (bytes > MOST_BYTES) {
            var oldest = messages.pollFirstEntry();
            if (oldest == null) {
                return;
            }
            bytes -= oldest.getValue().size();
        }
    }

    synchronized @Nullable Message get(Index.Place place) {
        return messages.get(place);
    }

    synchronized void remove(Index.Place place) {
        var gone = messages.remove(place);
        if (gone != null) {
            bytes -= gone.size();
        }
    }
}
