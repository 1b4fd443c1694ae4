package org.tarishi.core.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each segment: how much of it is still needed, and whose ends it tells of. Guarded by the index's lock.
 *
 * <p>A segment without anything that is needed may go, unless it says that a mail has ended whose entry lies in an older segment that is
 * still there: without that word the mail would come back at the next start.
 */
final class Segments {

    /** Nothing refers to an older segment. */
    static final int NO_REFERENCE = Integer.MAX_VALUE;

    private final TreeMap<Integer, Segment> byNumber = new TreeMap<>();

    /** One segment. */
    static final class Segment {
        final int number;
        final long salt;
        long size;
        long live;
        /** The oldest segment that something here is said of. */
        int reference = NO_REFERENCE;
        /** The segment before, if its end was cut off because it could not be made safe. */
        int ends = NO_REFERENCE;
        /** Whether it must stay: something in it is not understood. */
        boolean isPinned;
        /** Whether records are still appended, or it is being read. */
        boolean isOpen = true;

        Segment(int number, long salt) {
            this.number = number;
            this.salt = salt;
        }
    }

    Segment add(int number, long salt) {
        var segment = new Segment(number, salt);
        byNumber.put(number, segment);
        return segment;
    }

    @Nullable Segment get(int number) {
        return byNumber.get(number);
    }

    void remove(int number) {
        byNumber.remove(number);
    }

    boolean has(int number) {
        return byNumber.containsKey(number);
    }

    void live(int number, long bytes) {
        var segment = byNumber.get(number);
        if (segment != null) {
            segment.live += bytes;
        }
    }

    void refer(int from, int to) {
        var segment = byNumber.get(from);
        if (segment != null && to < from) {
            segment.reference = Math.min(segment.reference, to);
        }
    }

    /** Tells whether a segment says something of an older one that is there. */
    boolean isReferring(Segment segment) {
        if (segment.reference == NO_REFERENCE) {
            return false;
        }
        var older = byNumber.ceilingKey(segment.reference);
        return older != null && older < segment.number;
    }

    /** Tells whether a segment says where an older one that is there ends, which can't be written anew elsewhere. */
    private boolean isEnding(Segment segment) {
        return segment.ends != NO_REFERENCE && byNumber.containsKey(segment.ends);
    }

    /** Returns the oldest segment that may be deleted now; nothing when there is none. */
    @Nullable Segment dead() {
        for (var segment : byNumber.values()) {
            if (!segment.isOpen
                    && !segment.isPinned
                    && segment.live == 0
                    && !isEnding(segment)
                    && !isReferring(segment)) {
                return segment;
            }
        }
        return null;
    }

    /**
     * Returns the segment whose rest is best written anew: the least of it is needed.
     *
     * <p>Of two, the older: what overrides it in the younger must not go before it.
     *
     * @param part less than this part of it is needed
     */
    @Nullable Segment thin(double part) {
        Segment best = null;
        double least = part;
        for (var segment : byNumber.values()) {
            double needed = (double) segment.live / Math.max(1, segment.size);
            if (!segment.isOpen && !segment.isPinned && !isEnding(segment) && needed < least) {
                best = segment;
                least = needed;
            }
        }
        return best;
    }

    /** Returns the bytes of all segments. */
    long size() {
        long size = 0;
        for (var segment : byNumber.values()) {
            size += segment.size;
        }
        return size;
    }

    long live() {
        long live = 0;
        for (var segment : byNumber.values()) {
            live += segment.live;
        }
        return live;
    }

    List<Segment> all() {
        return new ArrayList<>(byNumber.values());
    }
}
