package org.tarishi.core.queue;

import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.QueueStoreException;

/** A record that is to be written. */
final class Append {

    private static final byte[] NO_BODY = {};

    final int kind;
    final FieldWriter meta;
    final byte[] body;
    final int bodyLength;
    final int metaSum;
    final int bodySum;
    final Outcome outcome;

    /** Is told what became of a record. */
    interface Outcome {

        /** Tells whether the record is still wanted; asked on the journal's thread just before it is written. */
        default boolean isWanted() {
            return true;
        }

        /** The record is safe. On the journal's thread, in the order of the records; must be quick. */
        void placed(Index.Place place);

        /** Whether {@link #done} is quick: then it is called on the journal's thread, which saves waking another one. */
        default boolean isQuick() {
            return false;
        }

        /** All is done, after {@link #placed}, or the record does not count. On a virtual thread, may block, unless {@link #isQuick}. */
        void done(@Nullable QueueStoreException fault);
    }

    Append(int kind, FieldWriter meta, Outcome outcome) {
        this(kind, meta, NO_BODY, 0, outcome);
    }

    Append(int kind, FieldWriter meta, byte[] body, int bodyLength, Outcome outcome) {
        this.kind = kind;
        this.meta = meta;
        this.body = body;
        this.bodyLength = bodyLength;
        this.outcome = outcome;
        this.metaSum = RecordHeader.sum(meta.bytes(), meta.length());
        this.bodySum = RecordHeader.sum(body, bodyLength);
    }

    int length() {
        return RecordHeader.SIZE + meta.length() + bodyLength;
    }

    RecordHeader header(int offset, int forced) {
        return new RecordHeader(
                kind, RecordHeader.VERSION, offset, forced, meta.length(), bodyLength, metaSum, bodySum);
    }
}
