package org.tarishi.core.dns;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.xbill.DNS.Record;

/** Answers, each as long as it holds, and no more of them than fit; what was not asked for longest goes first. Any thread. */
final class AnswerCache {

    /** What a record, and an entry without any, take besides their data; about. */
    private static final int RECORD_BYTES = 160;

    private static final int ENTRY_BYTES = 320;

    private final long mostBytes;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();

    /** In the order of their last use. Guarded by the lock. */
    private final Map<Question, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);

    /** Guarded by the lock. */
    private long bytes;

    private record Entry(Found found, long until, int weight) {}

    AnswerCache(long mostBytes, LongSupplier nanos) {
        this.mostBytes = mostBytes;
        this.nanos = nanos;
    }

    /** Returns an answer, with the time that it still holds. */
    Optional<Found> get(Question question) {
        if (mostBytes == 0) {
            return Optional.empty();
        }
        lock.lock();
        try {
            var entry = entries.get(question);
            if (entry == null) {
                return Optional.empty();
            }
            long left = entry.until() - nanos.getAsLong();
            if (left <= 0) {
                remove(question);
                return Optional.empty();
            }
            var found = entry.found();
            return Optional.of(new Found(found.kind(), found.records(), found.isSecure(), Duration.ofNanos(left)));
        } finally {
            lock.unlock();
        }
    }

    /** Keeps an answer. One that is too large to be worth it is not kept. */
    void put(Question question, Found found) {
        int weight = weight(found);
        if (!found.ttl().isPositive() || weight > mostBytes / 4) {
            return;
        }
        lock.lock();
        try {
            remove(question);
            entries.put(
                    question, new Entry(found, nanos.getAsLong() + found.ttl().toNanos(), weight));
            bytes += weight;
            for (var eldest = entries.entrySet().iterator(); bytes > mostBytes; ) {
                evict(eldest);
            }
        } finally {
            lock.unlock();
        }
    }

    private void evict(Iterator<Map.Entry<Question, Entry>> eldest) {
        bytes -= eldest.next().getValue().weight();
        eldest.remove();
    }

    private void remove(Question question) {
        var entry = entries.remove(question);
        if (entry != null) {
            bytes -= entry.weight();
        }
    }

    private static int weight(Found found) {
        int weight = ENTRY_BYTES;
        for (Record record : found.records()) {
            weight += RECORD_BYTES + 2 * record.rdataToString().length();
        }
        return weight;
    }

    /** Returns how many answers are kept; for tests. */
    int size() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }
}
