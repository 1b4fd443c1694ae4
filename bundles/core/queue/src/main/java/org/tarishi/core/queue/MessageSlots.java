package org.tarishi.core.queue;

import java.util.Arrays;

/**
 * What is known of each message without asking the disk, in arrays: a message has a slot as long as a mail of it is there. One thread at a
 * time.
 */
final class MessageSlots {

    private static final int NONE = -1;
    private static final int FIRST_SIZE = 64;

    // A number of 0 is a free slot, and its first mail the next free one.
    private long[] number = new long[FIRST_SIZE];
    private int[] firstMail = new int[FIRST_SIZE];
    private int[] entrySegment = new int[FIRST_SIZE];
    private int[] entryOffset = new int[FIRST_SIZE];
    private int[] entryLength = new int[FIRST_SIZE];
    private int[] sender = new int[FIRST_SIZE];
    private long[] queuedAt = new long[FIRST_SIZE];
    /** The bytes of the message, negative when its body has a file. */
    private long[] size = new long[FIRST_SIZE];

    private int end;
    private int free = NONE;
    private final IntTable byNumber = new IntTable(slot -> IntTable.hash(number[slot]));

    private long count;
    private long bytes;
    private long bodyFileBytes;

    /** Takes a message without mails; returns its slot. Its entry is still to be said. */
    int add(Entry.Summary entry) {
        int slot = free;
        if (slot != NONE) {
            free = firstMail[slot];
        } else {
            slot = end++;
            if (slot == number.length) {
                grow(slot + (slot >> 1));
            }
        }
        number[slot] = entry.message();
        firstMail[slot] = NONE;
        sender[slot] = entry.sender();
        queuedAt[slot] = entry.queuedAt();
        size[slot] = entry.hasBodyFile() ? -entry.size() : entry.size();
        byNumber.put(IntTable.hash(entry.message()), slot);
        count++;
        bytes += entry.size();
        bodyFileBytes += entry.hasBodyFile() ? entry.size() : 0;
        return slot;
    }

    void remove(int slot) {
        byNumber.remove(IntTable.hash(number[slot]), slot);
        count--;
        bytes -= Math.abs(size[slot]);
        bodyFileBytes += Math.min(0, size[slot]);
        number[slot] = 0;
        firstMail[slot] = free;
        free = slot;
    }

    private void grow(int to) {
        number = Arrays.copyOf(number, to);
        firstMail = Arrays.copyOf(firstMail, to);
        entrySegment = Arrays.copyOf(entrySegment, to);
        entryOffset = Arrays.copyOf(entryOffset, to);
        entryLength = Arrays.copyOf(entryLength, to);
        sender = Arrays.copyOf(sender, to);
        queuedAt = Arrays.copyOf(queuedAt, to);
        size = Arrays.copyOf(size, to);
    }

    /** Returns the slot of a message, -1 when it is not there. */
    int find(long wanted) {
        return byNumber.find(IntTable.hash(wanted), slot -> number[slot] == wanted);
    }

    long number(int slot) {
        return number[slot];
    }

    /** Returns the slot of the first of its mails, -1 for none. */
    int firstMail(int slot) {
        return firstMail[slot];
    }

    void firstMail(int slot, int mail) {
        firstMail[slot] = mail;
    }

    Index.Place entry(int slot) {
        return new Index.Place(entrySegment[slot], entryOffset[slot], entryLength[slot]);
    }

    void entry(int slot, Index.Place place) {
        entrySegment[slot] = place.segment();
        entryOffset[slot] = place.offset();
        entryLength[slot] = place.length();
    }

    int sender(int slot) {
        return sender[slot];
    }

    long queuedAt(int slot) {
        return queuedAt[slot];
    }

    boolean hasBodyFile(int slot) {
        return size[slot] < 0;
    }

    long size(int slot) {
        return Math.abs(size[slot]);
    }

    /** Returns when the oldest was queued, in milliseconds since 1970; the last there is when there is none. */
    long oldest() {
        long oldest = Long.MAX_VALUE;
        for (int slot = 0; slot < end; slot++) {
            if (number[slot] != 0) {
                oldest = Math.min(oldest, queuedAt[slot]);
            }
        }
        return oldest;
    }

    long count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    long bodyFileBytes() {
        return bodyFileBytes;
    }
}
