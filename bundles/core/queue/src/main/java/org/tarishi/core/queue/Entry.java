package org.tarishi.core.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.StoredNote;

/**
 * A message with the mails made of it: what an {@link RecordHeader#ENTRY} record says.
 *
 * @param message the message's number
 * @param submission the id of the submission
 * @param queuedAt when it was taken, to the millisecond
 * @param sender the sender
 * @param origin a word for where it comes from
 * @param notes what travels with all mails
 * @param header the fields of the message, with their CRLF; not to be changed
 * @param body where the body lies
 * @param mails the mails that are left of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Entry(
        long message,
        String submission,
        Instant queuedAt,
        ReversePath sender,
        String origin,
        Map<String, StoredNote> notes,
        byte[] header,
        BodyRef body,
        List<Mail> mails) {

    private static final int EIGHT_BIT = 1;
    private static final int BINARY = 2;
    private static final int FILE = 4;

    /** One mail. */
    record Mail(long number, String id, String domain, List<Recipient> recipients, MailState state) {}

    /**
     * Where a body lies, and what it is.
     *
     * @param isFile whether it lies in a file of its own, otherwise behind the record's fields
     * @param offset where it begins in its file
     * @param length its bytes
     * @param sum its checksum, CRC-32C
     */
    record BodyRef(boolean isFile, long offset, long length, int sum, boolean isEightBit, boolean isBinary) {}

    /** Returns the bytes of the message. */
    long size() {
        return header.length + 2 + body.length();
    }

    /** Returns a mail with what the message says. */
    QueuedMail mail(Mail mail, MailState state) {
        return new QueuedMail(
                mail.number,
                message,
                mail.id,
                submission,
                sender,
                mail.domain,
                mail.recipients,
                origin,
                queuedAt,
                size(),
                state);
    }

    /** Returns a hash of a sender without parameters and letter case, 0 for the null sender. */
    static int hash(ReversePath sender) {
        return sender.mailbox()
                .map(mailbox -> mailbox.toString().toLowerCase(Locale.ROOT).hashCode())
                .orElse(0);
    }

    /** Returns it with other mails. */
    Entry withMails(List<Mail> other) {
        return new Entry(message, submission, queuedAt, sender, origin, notes, header, body, other);
    }

    FieldWriter write() {
        var out = new FieldWriter(256 + header.length + 160 * mails.size());
        out.i64(message)
                .text(submission)
                .i64(StateCodec.millis(queuedAt))
                .u8((body.isEightBit ? EIGHT_BIT : 0) | (body.isBinary ? BINARY : 0) | (body.isFile ? FILE : 0))
                .count(body.offset)
                .count(body.length)
                .i32(body.sum)
                .count(mails.size());
        for (var mail : mails) {
            var part = new FieldWriter(160);
            part.i64(mail.number).text(mail.id).text(mail.domain).count(mail.recipients.size());
            for (var recipient : mail.recipients) {
                part.text(recipient.toString()).texts(recipient.parameters().asMap());
            }
            StateCodec.write(part, mail.state, notes);
            out.block(part);
        }
        out.text(sender.toString()).texts(sender.parameters().asMap()).text(origin);
        StateCodec.writeNotes(out, notes);
        return out.block(header);
    }

    static Entry read(byte[] meta) throws DamagedException {
        var in = new FieldReader(meta);
        long message = in.i64();
        var submission = in.text();
        var queuedAt = StateCodec.instant(in.i64());
        int flags = in.u8();
        var body = new BodyRef(
                (flags & FILE) != 0, in.count(), in.count(), in.i32(), (flags & EIGHT_BIT) != 0, (flags & BINARY) != 0);
        // What mails have depends on notes that stand behind them.
        var parts = new ArrayList<FieldReader>();
        for (int left = in.size(); left > 0; left--) {
            parts.add(in.part());
        }
        try {
            var sender = ReversePath.parse(in.text()).withParameters(EsmtpParameters.of(in.texts()));
            var origin = in.text();
            var notes = StateCodec.readNotes(in);
            var header = in.block();
            in.end();
            var mails = new ArrayList<Mail>(parts.size());
            for (var part : parts) {
                mails.add(readMail(part, notes));
            }
            return new Entry(message, submission, queuedAt, sender, origin, notes, header, body, mails);
        } catch (IllegalArgumentException e) {
            throw new DamagedException("an address or parameter can't be read");
        }
    }

    private static Mail readMail(FieldReader in, Map<String, StoredNote> notes) throws DamagedException {
        long number = in.i64();
        var id = in.text();
        var domain = in.text();
        int size = in.size();
        var recipients = new ArrayList<Recipient>(size);
        for (int i = 0; i < size; i++) {
            recipients.add(Recipient.parse(in.text()).withParameters(EsmtpParameters.of(in.texts())));
        }
        var state = StateCodec.read(in, notes);
        in.end();
        if (state.recipients().size() != size) {
            throw new DamagedException("not as many states as recipients");
        }
        return new Mail(number, id, domain, recipients, state);
    }

    /** What the index keeps of a message. */
    Summary summary() {
        var list = new ArrayList<MailSummary>(mails.size());
        for (var mail : mails) {
            list.add(new MailSummary(mail.number, mail.id.hashCode(), mail.domain, StateCodec.Summary.of(mail.state)));
        }
        return new Summary(message, StateCodec.millis(queuedAt), hash(sender), size(), body.isFile, list);
    }

    /** Reads what {@link #summary} returns, and passes over the rest: a start reads millions. */
    static Summary readSummary(byte[] meta) throws DamagedException {
        var in = new FieldReader(meta);
        long message = in.i64();
        in.skipBlock();
        long queuedAt = in.i64();
        int flags = in.u8();
        in.count();
        long body = in.count();
        in.i32();
        var mails = new ArrayList<MailSummary>(1);
        for (int left = in.size(); left > 0; left--) {
            mails.add(readMailSummary(in.part()));
        }
        var sender = in.text();
        in.skipTexts();
        in.skipBlock();
        StateCodec.skipNotes(in);
        int header = in.size();
        in.skip(header);
        in.end();
        int hash = sender.length() <= 2
                ? 0
                : sender.substring(1, sender.length() - 1)
                        .toLowerCase(Locale.ROOT)
                        .hashCode();
        return new Summary(message, queuedAt, hash, header + 2 + body, (flags & FILE) != 0, mails);
    }

    private static MailSummary readMailSummary(FieldReader in) throws DamagedException {
        long number = in.i64();
        int idHash = in.text().hashCode();
        var domain = in.text();
        for (int left = in.size(); left > 0; left--) {
            in.skipBlock();
            in.skipTexts();
        }
        var state = StateCodec.readSummary(in);
        in.end();
        return new MailSummary(number, idHash, domain, state);
    }

    /** See {@link #summary}. */
    record Summary(long message, long queuedAt, int sender, long size, boolean hasBodyFile, List<MailSummary> mails) {}

    /** See {@link #summary}. */
    record MailSummary(long number, int idHash, String domain, StateCodec.Summary state) {}
}
