package org.tarishi.core.spi;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes of a queued mail. Immutable; each method that begins with {@code with} returns another one.
 *
 * @param recipients what became of each recipient, in the order of {@link QueuedMail#recipients()}
 * @param due when it is to be tried next, to the millisecond
 * @param failures how many attempts have failed
 * @param priority -9 to 9, 0 for none (RFC 6710)
 * @param held why it is held, null when it is not
 * @param tlsRequired whether it may leave over TLS only
 * @param notes the transaction's notes that travel with it, by name
 * @param facts what the store's user wants to know after a restart, by name; kept as it is
 */
public record MailState(
        List<RecipientState> recipients,
        Instant due,
        int failures,
        int priority,
        @Nullable String held,
        boolean tlsRequired,
        Map<String, StoredNote> notes,
        Map<String, String> facts) {

    /** Checks, and copies what could change. */
    public MailState {
        recipients = List.copyOf(recipients);
        notes = Map.copyOf(notes);
        facts = Map.copyOf(facts);
        if (failures < 0) {
            throw new IllegalArgumentException("failures: " + failures);
        }
        if (priority < -9 || priority > 9) {
            throw new IllegalArgumentException("priority must be -9 to 9: " + priority);
        }
    }

    /**
     * Returns the state of a mail that nobody has tried.
     *
     * @param recipients how many recipients it has
     * @param due when it is to be tried first
     */
    public static MailState first(int recipients, Instant due) {
        return new MailState(
                Collections.nCopies(recipients, RecipientState.PENDING), due, 0, 0, null, false, Map.of(), Map.of());
    }

    /** Returns it with other outcomes. */
    public MailState withRecipients(List<RecipientState> other) {
        return new MailState(other, due, failures, priority, held, tlsRequired, notes, facts);
    }

    /** Returns it with another time. */
    public MailState withDue(Instant other) {
        return new MailState(recipients, other, failures, priority, held, tlsRequired, notes, facts);
    }

    /** Returns it with another count of attempts that failed. */
    public MailState withFailures(int other) {
        return new MailState(recipients, due, other, priority, held, tlsRequired, notes, facts);
    }

    /** Returns it with another priority. */
    public MailState withPriority(int other) {
        return new MailState(recipients, due, failures, other, held, tlsRequired, notes, facts);
    }

    /** Returns it held for a reason, or released by null. */
    public MailState withHeld(@Nullable String why) {
        return new MailState(recipients, due, failures, priority, why, tlsRequired, notes, facts);
    }

    /** Returns it so that it leaves over TLS only, or not. */
    public MailState withTlsRequired(boolean required) {
        return new MailState(recipients, due, failures, priority, held, required, notes, facts);
    }

    /** Returns it with other notes. */
    public MailState withNotes(Map<String, StoredNote> other) {
        return new MailState(recipients, due, failures, priority, held, tlsRequired, other, facts);
    }

    /** Returns it with other facts. */
    public MailState withFacts(Map<String, String> other) {
        return new MailState(recipients, due, failures, priority, held, tlsRequired, notes, other);
    }

    /** Returns how many recipients are still to be reached. */
    public int pending() {
        int pending = 0;
        for (var recipient : recipients) {
            if (recipient.standing() == RecipientState.Standing.PENDING) {
                pending++;
            }
        }
        return pending;
    }
}
