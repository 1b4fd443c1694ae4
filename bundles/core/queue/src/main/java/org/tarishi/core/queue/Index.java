package org.tarishi.core.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.QueueStore;

/**
 * What is known of each mail without asking the disk: about 100 bytes a mail, in arrays. Any thread.
 *
 * <p>It is filled from records in the order in which they stand in the journal, whether they were just written or are read at a start.
 * Mails and messages have slots, which are used again; a mail keeps its slot for its life.
 */
final class Index {

    /** Where a record lies. */
    record Place(int segment, int offset, int length) {}

    /** Where to read about a mail: its entry and, when it has changed since, its state. */
    record Found(
            long number,
            long message,
            Place entry,
            @Nullable Place state,
            boolean hasBodyFile) {}

    /** What went with a mail. */
    record Removed(long message, boolean wasLast, boolean hasBodyFile) {}

    private static final int NONE = -1;
    private static final int FIRST_SIZE = 64;
    private static final byte HELD = 1;
    private static final byte HIDDEN = 2;

    private final Segments segments = new Segments();

    // Mails, by slot; a number of 0 is a free slot, and its message the next free one.
    private long[] number = new long[FIRST_SIZE];
    private int[] message = new int[FIRST_SIZE];
    private int[] nextOfMessage = new int[FIRST_SIZE];
    private int[] idHash = new int[FIRST_SIZE];
    private int[] domain = new int[FIRST_SIZE];
    private long[] due = new long[FIRST_SIZE];
    private int[] failures = new int[FIRST_SIZE];
    private int[] pending = new int[FIRST_SIZE];
    private byte[] priority = new byte[FIRST_SIZE];
    private byte[] flags = new byte[FIRST_SIZE];
    private int[] stateSegment = new int[FIRST_SIZE];
    private int[] stateOffset = new int[FIRST_SIZE];
    private int[] stateLength = new int[FIRST_SIZE];
    private int mailEnd;
    private int freeMail = NONE;
    private final IntTable byNumber = new IntTable(slot -> IntTable.hash(number[slot]));
    private final IntTable byId = new IntTable(slot -> IntTable.mix(idHash[slot]));

    private final MessageSlots messages = new MessageSlots();
    private final Domains domains = new Domains();
    private final Cursor cursor = new Cursor();

    private long mails;
    private long held;
    private long hidden;
    /** Numbers below are of former runs, and hidden until the scan has ended. */
    private long firstOfRun = Long.MIN_VALUE;

    private boolean isScanned = true;

    /** Runs something that looks at or changes segments. */
    synchronized <T extends @Nullable Object> T withSegments(Function<Segments, T> action) {
        return action.apply(segments);
    }

    /** Hides what comes with a number below until {@link #endScan}. */
    synchronized void beginScan(long first) {
        firstOfRun = first;
        isScanned = false;
    }

    /** Shows everything. */
    synchronized void endScan() {
        isScanned = true;
        for (int slot = 0; slot < mailEnd; slot++) {
            flags[slot] &= ~HIDDEN;
        }
        hidden = 0;
    }

    private boolean isShown(int slot) {
        return (flags[slot] & HIDDEN) == 0;
    }

    // ---- records, in their order

    /** Takes an entry: a new one, or a copy of what is left of one. */
    synchronized void put(Place place, Entry.Summary entry) {
        int slot = messages.find(entry.message());
        if (slot == NONE) {
            slot = messages.add(entry);
        } else {
            var before = messages.entry(slot);
            segments.live(before.segment(), -before.length());
            // Without this copy the older one would count again.
            segments.refer(place.segment(), before.segment());
            forgetMails(slot);
        }
        messages.entry(slot, place);
        segments.live(place.segment(), place.length());
        for (var mail : entry.mails().reversed()) {
            newMail(slot, mail);
        }
    }

    /** Takes a state; returns whether the mail is still there. */
    synchronized boolean put(Place place, long mail, StateCodec.Summary state) {
        int slot = mailSlot(mail);
        if (slot == NONE) {
            return false;
        }
        dropState(slot);
        stateSegment[slot] = place.segment();
        stateOffset[slot] = place.offset();
        stateLength[slot] = place.length();
        segments.live(place.segment(), place.length());
        set(slot, state);
        return true;
    }

    /**
     * Takes the end of a mail.
     *
     * @param segment where the record of it lies
     * @param base the segment in which the mail's entry lay, by that record
     */
    synchronized Optional<Removed> remove(int segment, int base, long mail) {
        segments.refer(segment, base);
        int slot = mailSlot(mail);
        if (slot == NONE) {
            return Optional.empty();
        }
        int of = message[slot];
        var entry = messages.entry(of);
        segments.refer(segment, entry.segment());
        long ofNumber = messages.number(of);
        boolean hasBodyFile = messages.hasBodyFile(of);
        unlink(of, slot);
        forgetMail(slot);
        boolean wasLast = messages.firstMail(of) == NONE;
        if (wasLast) {
            segments.live(entry.segment(), -entry.length());
            messages.remove(of);
        }
        return Optional.of(new Removed(ofNumber, wasLast, hasBodyFile));
    }

    private void newMail(int of, Entry.MailSummary mail) {
        int slot = freeMail;
        if (slot != NONE) {
            freeMail = message[slot];
        } else {
            slot = mailEnd++;
            if (slot == number.length) {
                growMails(slot + (slot >> 1));
            }
        }
        number[slot] = mail.number();
        message[slot] = of;
        nextOfMessage[slot] = messages.firstMail(of);
        messages.firstMail(of, slot);
        idHash[slot] = mail.idHash();
        domain[slot] = domains.take(mail.domain());
        stateLength[slot] = 0;
        flags[slot] = isScanned || mail.number() >= firstOfRun ? 0 : HIDDEN;
        hidden += isShown(slot) ? 0 : 1;
        set(slot, mail.state());
        byNumber.put(IntTable.hash(mail.number()), slot);
        byId.put(IntTable.mix(mail.idHash()), slot);
        mails++;
    }

    private void forgetMails(int of) {
        for (int slot = messages.firstMail(of); slot != NONE; ) {
            int next = nextOfMessage[slot];
            forgetMail(slot);
            slot = next;
        }
        messages.firstMail(of, NONE);
    }

    private void forgetMail(int slot) {
        dropState(slot);
        byNumber.remove(IntTable.hash(number[slot]), slot);
        byId.remove(IntTable.mix(idHash[slot]), slot);
        domains.give(domain[slot]);
        held -= flags[slot] & HELD;
        hidden -= isShown(slot) ? 0 : 1;
        mails--;
        number[slot] = 0;
        flags[slot] = 0;
        message[slot] = freeMail;
        freeMail = slot;
    }

    private void unlink(int of, int slot) {
        if (messages.firstMail(of) == slot) {
            messages.firstMail(of, nextOfMessage[slot]);
            return;
        }
        int at = messages.firstMail(of);
        while (nextOfMessage[at] != slot) {
            at = nextOfMessage[at];
        }
        nextOfMessage[at] = nextOfMessage[slot];
    }

    private void dropState(int slot) {
        if (stateLength[slot] > 0) {
            segments.live(stateSegment[slot], -stateLength[slot]);
            stateLength[slot] = 0;
        }
    }

    private void set(int slot, StateCodec.Summary state) {
        due[slot] = state.due();
        failures[slot] = state.failures();
        pending[slot] = state.pending();
        priority[slot] = (byte) state.priority();
        held -= flags[slot] & HELD;
        flags[slot] = (byte) ((flags[slot] & ~HELD) | (state.isHeld() ? HELD : 0));
        held += flags[slot] & HELD;
    }

    private void growMails(int to) {
        number = Arrays.copyOf(number, to);
        message = Arrays.copyOf(message, to);
        nextOfMessage = Arrays.copyOf(nextOfMessage, to);
        idHash = Arrays.copyOf(idHash, to);
        domain = Arrays.copyOf(domain, to);
        due = Arrays.copyOf(due, to);
        failures = Arrays.copyOf(failures, to);
        pending = Arrays.copyOf(pending, to);
        priority = Arrays.copyOf(priority, to);
        flags = Arrays.copyOf(flags, to);
        stateSegment = Arrays.copyOf(stateSegment, to);
        stateOffset = Arrays.copyOf(stateOffset, to);
        stateLength = Arrays.copyOf(stateLength, to);
    }

    // ---- questions

    private int mailSlot(long wanted) {
        return byNumber.find(IntTable.hash(wanted), slot -> number[slot] == wanted);
    }

    /** Returns where to read about a mail that is shown. */
    synchronized @Nullable Found find(long mail) {
        int slot = mailSlot(mail);
        return slot == NONE || !isShown(slot) ? null : found(slot);
    }

    private Found found(int slot) {
        int of = message[slot];
        return new Found(
                number[slot],
                messages.number(of),
                messages.entry(of),
                stateLength[slot] == 0 ? null : new Place(stateSegment[slot], stateOffset[slot], stateLength[slot]),
                messages.hasBodyFile(of));
    }

    /** Returns the mails of a message, shown or not, in the order of their entry. */
    synchronized List<Found> ofMessage(long wanted) {
        var list = new ArrayList<Found>();
        int of = messages.find(wanted);
        for (int slot = of == NONE ? NONE : messages.firstMail(of); slot != NONE; slot = nextOfMessage[slot]) {
            list.add(found(slot));
        }
        return list;
    }

    /** Tells whether a message is there, shown or not. */
    synchronized boolean hasMessage(long wanted) {
        return messages.find(wanted) != NONE;
    }

    /** Returns the mails that are shown whose id has a hash. */
    synchronized List<Found> byIdHash(int hash) {
        var list = new ArrayList<Found>();
        byId.find(IntTable.mix(hash), slot -> {
            if (idHash[slot] == hash && isShown(slot)) {
                list.add(found(slot));
            }
            return false;
        });
        return list;
    }

    synchronized int visit(int position, int most, QueueStore.Visitor visitor) {
        int end = (int) Math.min((long) position + most, mailEnd);
        for (int slot = position; slot < end; slot++) {
            if (number[slot] != 0 && isShown(slot)) {
                cursor.slot = slot;
                if (!visitor.visit(cursor)) {
                    return slot + 1;
                }
            }
        }
        return end == mailEnd ? -1 : end;
    }

    /** Returns when the oldest mail that is shown was queued, in milliseconds; the last there is when there is none. */
    synchronized long oldest() {
        return messages.oldest();
    }

    /** Returns the bytes of messages whose body has a file. */
    synchronized long bodyFileBytes() {
        return messages.bodyFileBytes();
    }

    /** What there is; mails that are not shown are not counted, their messages are. */
    record Counts(long mails, long held, long messages, long bytes) {}

    synchronized Counts counts() {
        return new Counts(mails - hidden, held, messages.count(), messages.bytes());
    }

    private final class Cursor implements QueueStore.Row {

        private int slot;

        @Override
        public long number() {
            return number[slot];
        }

        @Override
        public long message() {
            return messages.number(message[slot]);
        }

        @Override
        public String domain() {
            return domains.name(domain[slot]);
        }

        @Override
        public int sender() {
            return messages.sender(message[slot]);
        }

        @Override
        public long queuedAt() {
            return messages.queuedAt(message[slot]);
        }

        @Override
        public long due() {
            return due[slot];
        }

        @Override
        public int failures() {
            return failures[slot];
        }

        @Override
        public int priority() {
            return priority[slot];
        }

        @Override
        public boolean isHeld() {
            return (flags[slot] & HELD) != 0;
        }

        @Override
        public long size() {
            return messages.size(message[slot]);
        }

        @Override
        public int pending() {
            return pending[slot];
        }
    }
}
