package org.tarishi.core.spi;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Notes;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;

/**
 * Asks the plugins. Any thread; nothing here blocks.
 *
 * <p>The caller owns the live objects (connection, transaction, message). Plugins get views of them; what a call changed is carried
 * out on the live objects when it has returned, in the call of {@code then} or on the thread that the chain runs on, while the caller
 * waits for its verdict and touches none of them.
 */
@ProviderType
public interface Hooks {

    /** Returns the chains in force now, for moments that belong to the connection. */
    Generation current();

    /** Returns the chains in force now for a session: where it belongs to a trial, those with the version on trial. */
    Generation current(SmtpConnection connection);

    /**
     * Returns why no new session can be served, when a required plugin is absent: a 421 with status 4.3.2.
     *
     * <p>The reason has been logged once, when the plugin went missing.
     */
    Optional<Reply> refusal();

    /**
     * Begins a transaction: holds the chains in force, waiting a while for a plugin that is being replaced in place.
     *
     * @param turn runs the caller's code; used only when the answer comes later
     * @param then told the generation, held once, or a 451 with status 4.3.2; called at once, on this thread, where nothing is waited for
     */
    void begin(Executor turn, Consumer<Admission> then);

    /** Begins a transaction of a session, likewise: where the session belongs to a trial, with the version on trial. */
    void begin(SmtpConnection connection, Executor turn, Consumer<Admission> then);

    /** Returns new, empty notes; they are {@link LiveNotes}. */
    Notes newNotes();

    /** Returns notes that begin with what was kept. */
    LiveNotes newNotes(Map<String, StoredNote> kept);

    /** Returns new, empty results of the connection or transaction with this id. */
    LiveResults newResults(String id);

    /**
     * Returns a copy of notes that {@link #newNotes} made, or that this made: what is written to one is not seen in the other. So the
     * core can go back to what was known at one instant, as a connection does at STARTTLS.
     */
    Notes copyOf(Notes notes);

    /** Returns a copy of results that {@link #newResults} made, or that this made; listeners are told of what is written to either. */
    LiveResults copyOf(LiveResults results);

    /**
     * Tells whether anybody listens to results now. Where nobody does, what the core has to say need not be written before somebody
     * asks for it.
     */
    boolean isListeningToResults();

    /** Tells listeners of a connection. */
    void opened(SmtpConnection connection);

    /** Tells those listeners of its end that were told of its beginning. */
    void closed(SmtpConnection connection);
}
