package org.tarishi.core.spi;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/**
 * Keeps queued mail, and decides nothing: when a mail is tried, and what follows from an attempt, is its user's business.
 *
 * <p>A message is stored once; the mails that were made of it by splitting share it, and it goes with the last of them. A mail has a
 * number, which is never used again, and an id, which people know. What a completed stage says survives kill -9 and a power cut; an
 * attempt must not begin before the stage that tells of the mail, or of the outcome of the attempt before, has completed. A stage that
 * fails, fails with a {@link QueueStoreException}, which says how a client is to be answered.
 *
 * <p>Stages complete on a virtual thread, and what depends on one may block; but for that of {@link #insert}. Any method may be called by any thread. {@link #insert},
 * {@link #update} and {@link #remove} don't wait for the disk to write, though {@link #update} may read a record; those that throw
 * {@link IOException} read from disk. None of them waits for the scan.
 *
 * <p>After a start the store takes new mail at once, and finds what was there in the background. Until {@link #scanned} completes,
 * mail of former runs is not there for any other method; mail that was inserted since is.
 */
@ProviderType
public interface QueueStore {

    /**
     * Takes a message with all mails made of it: all of them, or none.
     *
     * <p>The message must stay open and unchanged until the stage has completed; it is not closed. A small message that lies in memory
     * is copied on the calling thread, any other by another. Where too much waits for the disk already, the message waits too, and is
     * refused as {@link QueueStoreException.Reason#BUSY} after a time.
     *
     * <p>The stage may complete on the thread that writes for all: what depends on it must be quick, and hand on what is not.
     *
     * @return the numbers of the mails, in the order of {@link NewMessage#mails()}
     */
    CompletionStage<List<Long>> insert(NewMessage message);

    /**
     * Changes what is known of a mail: the outcome of an attempt, its next time, hold, priority.
     *
     * <p>Changes of one mail are made one after the other, each on what the one before made, whether that is safe yet or not. When one
     * fails, whether it counts is open until a later one of the same mail succeeds, which includes it.
     *
     * @param change told the state, returns the new one; called once, on the calling thread, before this returns; must not block or
     *     call the store
     * @return the new state, when it is safe. Fails with {@link QueueStoreException.Reason#GONE} when the mail is not there
     */
    CompletionStage<MailState> update(long number, UnaryOperator<MailState> change);

    /**
     * Removes a mail, and its message with the last one.
     *
     * @return completes when the mail can't come back; no fault when it was not there
     */
    CompletionStage<@Nullable Void> remove(long number);

    /** Completes when what was there at the start is known; at once if it is; fails when the store is closed before. */
    CompletionStage<@Nullable Void> scanned();

    /**
     * Reads all about a mail but its message.
     *
     * @return nothing when it is not there
     * @throws IOException when the record can't be read; the mail then stays where it is
     */
    Optional<QueuedMail> read(long number) throws IOException;

    /** Returns the number of the mail with this id. Reads records where ids look alike. */
    Optional<Long> find(String id) throws IOException;

    /**
     * Opens the message of a mail; {@link MessageStore#restore} makes a message of it. It can be read until the mail is removed; a reader that
     * was opened before may then fail.
     *
     * @return nothing when the mail is not there
     */
    Optional<StoredContent> open(long number) throws IOException;

    /**
     * Shows mails to a visitor without reading from disk: some hundred at a time under a lock, so that nobody waits for long.
     *
     * <p>A mail that is there from the first call of a walk to its last is shown once; one that comes or goes meanwhile, once or not at
     * all. There is no order.
     *
     * @param position 0 to begin, or what the call before returned
     * @param most the most mails to look at in this call
     * @return the position to go on from, or -1 at the end
     */
    int visit(int position, int most, Visitor visitor);

    /** Returns numbers; quick. */
    Stats stats();

    /** Returns why new mail would be refused now, as far as that is known; nothing when it would be taken. Quick. */
    Optional<QueueStoreException.Reason> refusal();

    /** Returns how full it is, in percent of the mail that its settings let in; from 100 on it takes no more for that reason. Quick. */
    default int fullness() {
        return 0;
    }

    /**
     * Reads everything that is stored and compares it with its checksums; blocks, for long with a large queue, and may be interrupted.
     * Delivery and intake go on.
     *
     * @return what is wrong, one line each, at most 1,000; empty when nothing is
     */
    List<String> verify() throws IOException;

    /**
     * Takes the mails of a Haraka queue folder. Files are not changed. A file that can't be read, or is half-written, is told and left.
     * Blocks until all are safe; what was imported before is not imported again while it is still queued.
     *
     * @param told a line for each file that was not taken, and why
     * @return how many files were imported
     */
    int importHaraka(Path folder, Consumer<String> told) throws IOException;

    /**
     * Takes a message of a file, as it is: no plugin is asked, and no header added. The file is not changed. Line ends become those of SMTP.
     * Blocks until it is safe.
     *
     * @return the ids of the mails, one for each destination domain
     * @throws IOException when the file can't be read, or the message can't be stored: then a {@link QueueStoreException}
     */
    List<String> importMessage(Path file, ReversePath sender, List<Recipient> recipients) throws IOException;

    /** Is shown mails by {@link #visit}. */
    @FunctionalInterface
    interface Visitor {

        /**
         * Looks at a mail.
         *
         * @param mail valid during the call only
         * @return whether to be shown more in this call; what was shown is not shown again
         */
        boolean visit(Row mail);
    }

    /** What is known of a mail without asking the disk. */
    @ProviderType
    interface Row {

        /** Returns the number. */
        long number();

        /** Returns the number of the message that it shares with the mails split from it. */
        long message();

        /** Returns the destination, in the form it was inserted; one instance for all mails of one domain. */
        String domain();

        /** Returns a hash of the sender without parameters, in lower case: {@link String#hashCode} of {@code a@b.example}, 0 for {@code <>}. */
        int sender();

        /** Returns when it was queued, in milliseconds since 1970. */
        long queuedAt();

        /** Returns when it is due, in milliseconds since 1970. */
        long due();

        /** Returns how many attempts have failed. */
        int failures();

        /** Returns the priority, -9 to 9. */
        int priority();

        /** Tells whether it is held. */
        boolean isHeld();

        /** Returns the bytes of the message. */
        long size();

        /** Returns how many recipients are still to be reached. */
        int pending();
    }

    /**
     * Numbers.
     *
     * @param mails the mails
     * @param held those of them that are held
     * @param messages the messages that they share
     * @param bytes the bytes of these messages
     * @param diskBytes the bytes on disk, with what is not needed any more
     * @param scanning whether what was there at the start is still being looked for
     * @param damaged the damaged places that were set aside since the start
     * @param oldest when the oldest mail was queued, roughly; null when there is none
     */
    record Stats(
            long mails,
            long held,
            long messages,
            long bytes,
            long diskBytes,
            boolean scanning,
            long damaged,
            @Nullable Instant oldest) {}
}
