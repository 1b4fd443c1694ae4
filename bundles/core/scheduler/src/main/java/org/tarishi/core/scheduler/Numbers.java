package org.tarishi.core.scheduler;

import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/** Numbers in a row: the first in is the first out, one may be put back in front. One thread at a time. */
final class Numbers {

    private long[] ring = new long[4];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void addLast(long number) {
        room();
        ring[(head + size++) % ring.length] = number;
    }

    void addFirst(long number) {
        room();
        head = (head + ring.length - 1) % ring.length;
        ring[head] = number;
        size++;
    }

    /** Takes the first; there must be one. */
    long poll() {
        long first = ring[head];
        head = (head + 1) % ring.length;
        size--;
        return first;
    }

    /** Removes all that match; returns how many. */
    int removeIf(LongPredicate wanted) {
        int before = size;
        for (int i = 0; i < before; i++) {
            long number = poll();
            if (!wanted.test(number)) {
                addLast(number);
            }
        }
        return before - size;
    }

    /** Shows all of them. */
    void forEach(LongConsumer looker) {
        for (int i = 0; i < size; i++) {
            looker.accept(ring[(head + i) % ring.length]);
        }
    }

    private void room() {
        if (size == ring.length) {
            var longer = new long[ring.length * 2];
            int tail = ring.length - head;
            System.arraycopy(ring, head, longer, 0, tail);
            System.arraycopy(ring, 0, longer, tail, head);
            ring = longer;
            head = 0;
        }
    }
}
