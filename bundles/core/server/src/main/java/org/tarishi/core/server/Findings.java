package org.tarishi.core.server;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.Notes;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.LiveResults;

/**
 * What plugins keep and find out about a connection or a transaction, each kind made when it is first asked for.
 *
 * <p>Any thread: listeners, a call that was given up and those who watch a message arrive ask beside the session, and there must not be
 * two of a kind.
 */
final class Findings {

    /** Tells what the core has to say in results, when they are made; under the lock of the findings. */
    interface Teller {
        void recount(LiveResults results);
    }

    private final String id;
    private final Hooks hooks;
    private final Teller teller;
    private volatile @Nullable Notes notes;
    private volatile @Nullable LiveResults results;
    private volatile @Nullable AuthParts authResults;

    Findings(String id, Hooks hooks, Teller teller) {
        this.id = id;
        this.hooks = hooks;
        this.teller = teller;
    }

    Notes notes() {
        var now = notes;
        return now == null ? makeNotes() : now;
    }

    private synchronized Notes makeNotes() {
        var now = notes;
        if (now == null) {
            now = hooks.newNotes();
            notes = now;
        }
        return now;
    }

    LiveResults results() {
        var now = results;
        return now == null ? makeResults() : now;
    }

    private synchronized LiveResults makeResults() {
        var now = results;
        if (now == null) {
            now = hooks.newResults(id);
            teller.recount(now);
            results = now;
        }
        return now;
    }

    /**
     * Returns the results, if there are any; else what the core says is told when they are made: now, if somebody listens. Who changes what
     * the teller tells holds the lock of this object, and writes it here too.
     */
    @Nullable LiveResults writtenResults() {
        var now = results;
        if (now == null && hooks.isListeningToResults()) {
            var _ = makeResults();
        }
        return now;
    }

    AuthParts authResults() {
        var now = authResults;
        return now == null ? makeAuthResults() : now;
    }

    private synchronized AuthParts makeAuthResults() {
        var now = authResults;
        if (now == null) {
            now = new AuthParts();
            authResults = now;
        }
        return now;
    }

    /**
     * What was known at an instant.
     *
     * @param notes null where there were none
     * @param results null where there were none
     * @param authResults null where there were none
     */
    record Known(
            @Nullable Notes notes,
            @Nullable LiveResults results,
            @Nullable AuthParts authResults) {}

    /** Returns what is known now; it stays as it is when more becomes known. */
    synchronized Known known() {
        var itsNotes = notes;
        var itsResults = results;
        var itsParts = authResults;
        return new Known(
                itsNotes == null ? null : hooks.copyOf(itsNotes),
                itsResults == null ? null : hooks.copyOf(itsResults),
                itsParts == null ? null : itsParts.copy());
    }

    /** Forgets what has become known since. */
    synchronized void backTo(Known known) {
        notes = known.notes;
        results = known.results;
        authResults = known.authResults;
    }

    /** Forgets the parts of Authentication-Results: they were of a client that is another now. */
    void forgetAuthResults() {
        authResults = null;
    }

    /** Returns the parts of Authentication-Results, null where nobody has asked for them. */
    @Nullable AuthParts writtenAuthResults() {
        return authResults;
    }
}
