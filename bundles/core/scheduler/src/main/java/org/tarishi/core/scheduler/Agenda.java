package org.tarishi.core.scheduler;

import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Mails that wait for their time, the next one first. One thread at a time.
 *
 * <p>A binary heap over arrays, because there may be a million of them and each shall cost 25 bytes, not an object.
 */
final class Agenda {

    private static final int FIRST = 16;

    private long[] due = new long[FIRST];
    private long[] number = new long[FIRST];
    private @Nullable String[] domain = new String[FIRST];
    private int[] sender = new int[FIRST];
    private byte[] priority = new byte[FIRST];
    private int size;

    /** A mail that is due. */
    record Ready(long number, String domain, int sender, int priority) {}

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Returns when the next one is due; there must be one. */
    long nextDue() {
        return due[0];
    }

    /** Adds a mail. */
    void add(long when, Ready mail) {
        if (size == due.length) {
            grow();
        }
        set(size, when, mail.number(), mail.domain(), mail.sender(), (byte) mail.priority());
        up(size++);
    }

    /** Takes the next one out; there must be one. */
    Ready poll() {
        var first = at(0);
        size--;
        if (size > 0) {
            copy(size, 0);
            down(0);
        }
        domain[size] = null;
        return first;
    }

    private Ready at(int i) {
        var name = domain[i];
        return new Ready(number[i], name == null ? "" : name, sender[i], priority[i]);
    }

    /** Is shown mails that are taken out. */
    @FunctionalInterface
    interface Taker {
        void take(Ready mail);
    }

    /**
     * Takes all mails out whose numbers match, in one pass.
     *
     * @return how many
     */
    int take(LongPredicate wanted, Taker taker) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (wanted.test(number[i])) {
                taker.take(at(i));
            } else {
                copy(i, kept++);
            }
        }
        return cut(kept);
    }

    /** Takes all mails for a destination out, or all, in one pass; returns how many. */
    int takeDomain(@Nullable String wanted, Taker taker) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (wanted == null || wanted.equals(domain[i])) {
                taker.take(at(i));
            } else {
                copy(i, kept++);
            }
        }
        return cut(kept);
    }

    /** Shows all numbers, in no order. */
    void numbers(LongConsumer looker) {
        for (int i = 0; i < size; i++) {
            looker.accept(number[i]);
        }
    }

    private int cut(int kept) {
        int taken = size - kept;
        Arrays.fill(domain, kept, size, null);
        size = kept;
        for (int i = size / 2 - 1; i >= 0; i--) {
            down(i);
        }
        return taken;
    }

    private void grow() {
        int length = due.length + (due.length >> 1);
        due = Arrays.copyOf(due, length);
        number = Arrays.copyOf(number, length);
        domain = Arrays.copyOf(domain, length);
        sender = Arrays.copyOf(sender, length);
        priority = Arrays.copyOf(priority, length);
    }

    private void set(int i, long when, long itsNumber, @Nullable String itsDomain, int itsSender, byte itsPriority) {
        due[i] = when;
        number[i] = itsNumber;
        domain[i] = itsDomain;
        sender[i] = itsSender;
        priority[i] = itsPriority;
    }

    private void copy(int from, int to) {
        set(to, due[from], number[from], domain[from], sender[from], priority[from]);
    }

    /** Monotonic times may overflow, so only differences are compared. */
    private boolean isBefore(int i, int j) {
        return due[i] - due[j] < 0;
    }

    private void swap(int i, int j) {
        long when = due[i];
        long itsNumber = number[i];
        var itsDomain = domain[i];
        int itsSender = sender[i];
        byte itsPriority = priority[i];
        copy(j, i);
        set(j, when, itsNumber, itsDomain, itsSender, itsPriority);
    }

    private void up(int at) {
        int i = at;
        while (i > 0 && isBefore(i, (i - 1) / 2)) {
            swap(i, (i - 1) / 2);
            i = (i - 1) / 2;
        }
    }

    private void down(int at) {
        int i = at;
        while (true) {
            int least = i;
            int left = 2 * i + 1;
            if (left < size && isBefore(left, least)) {
                least = left;
            }
            if (left + 1 < size && isBefore(left + 1, least)) {
                least = left + 1;
            }
            if (least == i) {
                return;
            }
            swap(i, least);
            i = least;
        }
    }
}
