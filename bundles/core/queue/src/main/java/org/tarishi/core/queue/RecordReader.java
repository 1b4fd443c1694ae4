package org.tarishi.core.queue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.StoredNote;

/**
 * Reads single records by their place.
 *
 * <p>Each reading opens the file anew: a channel that several threads share is closed by an interrupt of one of them.
 */
final class RecordReader {

    /** What is read at once: most records are no larger. */
    private static final int FIRST = 4096;

    private final Disk disk;
    private final Index index;
    private final Recent recent;

    /** A record that was read; the body, if it has one, was not. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Read(RecordHeader header, byte[] meta) {}

    RecordReader(Disk disk, Index index, Recent recent) {
        this.disk = disk;
        this.index = index;
        this.recent = recent;
    }

    Read read(Index.Place place, int kind) throws IOException {
        var salt = index.withSegments(segments -> {
            var segment = segments.get(place.segment());
            return segment == null ? null : (Long) segment.salt;
        });
        if (salt == null) {
            throw new EOFException("segment " + place.segment() + " is gone");
        }
        try (var file = disk.open(SegmentFile.name(place.segment()))) {
            var first = ByteBuffer.allocate(Math.clamp(place.length(), RecordHeader.SIZE, FIRST));
            file.readFully(first, place.offset());
            first.flip();
            var header = first.remaining() < RecordHeader.SIZE ? null : RecordHeader.read(first, salt, place.offset());
            if (header == null || header.kind() != kind || header.length() != place.length()) {
                throw new DamagedException("no record where one was, " + describe(place));
            }
            var meta = new byte[header.metaLength()];
            int have = Math.min(meta.length, first.remaining() - RecordHeader.SIZE);
            first.get(RecordHeader.SIZE, meta, 0, have);
            file.readFully(
                    ByteBuffer.wrap(meta, have, meta.length - have), (long) place.offset() + RecordHeader.SIZE + have);
            if (RecordHeader.sum(meta, meta.length) != header.metaSum()) {
                throw new DamagedException("a record is not what was written, " + describe(place));
            }
            return new Read(header, meta);
        }
    }

    static String describe(Index.Place place) {
        return "segment " + place.segment() + ", offset " + place.offset();
    }

    Entry entry(Index.Place place) throws IOException {
        var known = recent.get(place);
        return known != null
                ? known.entry()
                : Entry.read(read(place, RecordHeader.ENTRY).meta());
    }

    /** What is known of one mail. */
    record Whole(Entry entry, Entry.Mail mail, MailState state) {}

    /** Reads a mail with its state as it is on disk. */
    Whole whole(Index.Found found) throws IOException {
        var entry = entry(found.entry());
        for (var mail : entry.mails()) {
            if (mail.number() == found.number()) {
                return new Whole(entry, mail, state(found, mail, entry.notes()));
            }
        }
        throw new DamagedException("a mail is missing in its entry, " + describe(found.entry()));
    }

    private MailState state(Index.Found found, Entry.Mail mail, Map<String, StoredNote> notes) throws IOException {
        var place = found.state();
        return place == null
                ? mail.state()
                : StateRecord.read(read(place, RecordHeader.STATE).meta(), notes)
                        .state();
    }

    /** Returns an entry with those of its mails that are left, each as it is now. */
    Entry current(Entry entry, List<Index.Found> left) throws IOException {
        var byNumber = new HashMap<Long, Index.Found>();
        for (var found : left) {
            byNumber.put(found.number(), found);
        }
        var mails = new ArrayList<Entry.Mail>();
        for (var mail : entry.mails()) {
            var found = byNumber.get(mail.number());
            if (found != null) {
                mails.add(new Entry.Mail(
                        mail.number(), mail.id(), mail.domain(), mail.recipients(), state(found, mail, entry.notes())));
            }
        }
        return entry.withMails(mails);
    }

    /** What a {@link RecordHeader#STATE} record says. */
    record StateRecord(long number, MailState state) {

        static FieldWriter write(long number, MailState state, Map<String, StoredNote> shared) {
            var out = new FieldWriter(128).i64(number);
            StateCodec.write(out, state, shared);
            return out;
        }

        /** Reads it; where the notes of the message are not known, those of the state may lack. */
        static StateRecord read(byte[] meta, Map<String, StoredNote> shared) throws DamagedException {
            var in = new FieldReader(meta);
            var record = new StateRecord(in.i64(), StateCodec.read(in, shared));
            in.end();
            return record;
        }
    }

    /**
     * What a {@link RecordHeader#REMOVAL} record says.
     *
     * @param number the mail that has ended
     * @param base the segment that its entry lay in; once that is gone, nobody needs the record
     */
    record Removal(long number, int base) {

        FieldWriter write() {
            return new FieldWriter(12).i64(number).i32(base);
        }

        static Removal read(byte[] meta) throws DamagedException {
            var in = new FieldReader(meta);
            var removal = new Removal(in.i64(), in.i32());
            in.end();
            return removal;
        }
    }
}
