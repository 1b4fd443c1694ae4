package org.tarishi.core.queue;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.RecipientState;
import org.tarishi.core.spi.RecipientState.Standing;
import org.tarishi.core.spi.StoredNote;

/** Writes and reads the state of a mail, always whole: the last one written is the one that counts, whatever came before. */
final class StateCodec {

    private static final int HELD = 1;
    private static final int TLS = 2;
    private static final int OWN_NOTES = 4;

    private StateCodec() {}

    /**
     * Writes a state.
     *
     * @param shared the notes of the message, which are not written again
     */
    static void write(FieldWriter out, MailState state, Map<String, StoredNote> shared) {
        boolean hasOwnNotes = !state.notes().equals(shared);
        var held = state.held();
        out.i64(millis(state.due()))
                .count(state.failures())
                .u8(state.priority() + 9)
                .u8((held == null ? 0 : HELD) | (state.tlsRequired() ? TLS : 0) | (hasOwnNotes ? OWN_NOTES : 0));
        if (held != null) {
            out.text(held);
        }
        if (hasOwnNotes) {
            writeNotes(out, state.notes());
        }
        out.texts(state.facts());
        writeRecipients(out, state.recipients());
    }

    /** Returns milliseconds since 1970; times beyond come to the last there is. */
    static long millis(Instant time) {
        try {
            return time.toEpochMilli();
        } catch (ArithmeticException e) {
            return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** What several recipients were told at once is written once. */
    private record Said(Reply reply, @Nullable String remote) {}

    private static void writeRecipients(FieldWriter out, List<RecipientState> recipients) {
        var said = new LinkedHashMap<Said, Integer>();
        for (var recipient : recipients) {
            if (recipient.reply() != null) {
                said.putIfAbsent(new Said(recipient.reply(), recipient.remote()), said.size() + 1);
            }
        }
        out.count(said.size());
        for (var one : said.keySet()) {
            writeReply(out, one.reply());
            out.text(one.remote() == null ? "" : one.remote());
        }
        out.count(recipients.size());
        for (var recipient : recipients) {
            out.u8(code(recipient.standing()));
            var reply = recipient.reply();
            var index = reply == null ? null : said.get(new Said(reply, recipient.remote()));
            out.count(index == null ? 0 : index);
            var at = recipient.at();
            out.i64(at == null ? Long.MIN_VALUE : millis(at));
        }
    }

    /** What is written must not change with the order of an enum. */
    private static int code(Standing standing) {
        return switch (standing) {
            case PENDING -> 0;
            case DELIVERED -> 1;
            case FAILED -> 2;
        };
    }

    private static Standing standing(int code) throws DamagedException {
        return switch (code) {
            case 0 -> Standing.PENDING;
            case 1 -> Standing.DELIVERED;
            case 2 -> Standing.FAILED;
            default -> throw new DamagedException("no standing: " + code);
        };
    }

    private static void writeReply(FieldWriter out, Reply reply) {
        out.count(reply.code())
                .text(reply.enhanced().map(EnhancedStatus::toString).orElse(""));
        out.count(reply.lines().size());
        for (var line : reply.lines()) {
            out.text(line);
        }
    }

    private static Reply readReply(FieldReader in) throws DamagedException {
        long code = in.count();
        var status = in.text();
        var lines = new ArrayList<String>();
        for (int left = in.size(); left > 0; left--) {
            lines.add(in.text());
        }
        try {
            return new Reply(Math.toIntExact(code), status.isEmpty() ? null : status(status), lines);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new DamagedException("no reply");
        }
    }

    private static EnhancedStatus status(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("no status");
        }
        return new EnhancedStatus(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    static MailState read(FieldReader in, Map<String, StoredNote> shared) throws DamagedException {
        var due = instant(in.i64());
        long failures = in.count();
        int priority = in.u8() - 9;
        int flags = in.u8();
        var held = (flags & HELD) == 0 ? null : in.text();
        var notes = (flags & OWN_NOTES) == 0 ? shared : readNotes(in);
        var facts = in.texts();
        var recipients = readRecipients(in);
        try {
            return new MailState(
                    recipients, due, Math.toIntExact(failures), priority, held, (flags & TLS) != 0, notes, facts);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new DamagedException("no state");
        }
    }

    private static List<RecipientState> readRecipients(FieldReader in) throws DamagedException {
        var said = new ArrayList<Said>();
        for (int left = in.size(); left > 0; left--) {
            var reply = readReply(in);
            var remote = in.text();
            said.add(new Said(reply, remote.isEmpty() ? null : remote));
        }
        int size = in.size();
        var recipients = new ArrayList<RecipientState>(size);
        for (int i = 0; i < size; i++) {
            var standing = standing(in.u8());
            long index = in.count();
            long at = in.i64();
            if (index > said.size()) {
                throw new DamagedException("no such reply");
            }
            var one = index == 0 ? null : said.get((int) index - 1);
            if (one == null && standing == Standing.PENDING && at == Long.MIN_VALUE) {
                recipients.add(RecipientState.PENDING);
            } else {
                recipients.add(new RecipientState(
                        standing,
                        one == null ? null : one.reply(),
                        one == null ? null : one.remote(),
                        at == Long.MIN_VALUE ? null : instant(at)));
            }
        }
        return recipients;
    }

    static Instant instant(long millis) throws DamagedException {
        try {
            return Instant.ofEpochMilli(millis);
        } catch (DateTimeException e) {
            throw new DamagedException("no time");
        }
    }

    static void writeNotes(FieldWriter out, Map<String, StoredNote> notes) {
        out.count(notes.size());
        notes.forEach((name, note) -> out.text(name).i32(note.version()).block(note.bytes()));
    }

    static Map<String, StoredNote> readNotes(FieldReader in) throws DamagedException {
        int size = in.size();
        if (size == 0) {
            return Map.of();
        }
        var notes = new LinkedHashMap<String, StoredNote>();
        for (int i = 0; i < size; i++) {
            notes.put(in.text(), new StoredNote(in.i32(), in.block()));
        }
        return notes;
    }

    /** Reads what the index keeps of a state, and passes over the rest: a start reads millions. */
    static Summary readSummary(FieldReader in) throws DamagedException {
        long due = in.i64();
        long failures = in.count();
        int priority = in.u8() - 9;
        int flags = in.u8();
        if ((flags & HELD) != 0) {
            in.skipBlock();
        }
        if ((flags & OWN_NOTES) != 0) {
            skipNotes(in);
        }
        in.skipTexts();
        for (int left = in.size(); left > 0; left--) {
            in.count();
            in.skipBlock();
            for (int lines = in.size(); lines > 0; lines--) {
                in.skipBlock();
            }
            in.skipBlock();
        }
        int pending = 0;
        for (int left = in.size(); left > 0; left--) {
            pending += standing(in.u8()) == Standing.PENDING ? 1 : 0;
            in.count();
            in.i64();
        }
        if (failures > Integer.MAX_VALUE || priority > 9) {
            throw new DamagedException("no state");
        }
        return new Summary(due, (int) failures, priority, (flags & HELD) != 0, pending);
    }

    static void skipNotes(FieldReader in) throws DamagedException {
        for (int left = in.size(); left > 0; left--) {
            in.skipBlock();
            in.i32();
            in.skipBlock();
        }
    }

    /** What the index keeps of a state. */
    record Summary(long due, int failures, int priority, boolean isHeld, int pending) {

        static Summary of(MailState state) {
            return new Summary(
                    millis(state.due()), state.failures(), state.priority(), state.held() != null, state.pending());
        }
    }
}
