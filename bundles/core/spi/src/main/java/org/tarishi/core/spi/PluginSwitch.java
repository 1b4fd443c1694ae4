package org.tarishi.core.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Lets {@code core/deploy} say which bundle stands for a plugin, where several hold a version of it.
 *
 * <p>Unless said, it is the one with the highest bundle version, then the lowest bundle id.
 */
@ProviderType
public interface PluginSwitch {

    /**
     * Obtains the hook services of a bundle, whether or not it is in force, without asking them anything.
     *
     * @return what is there, and in a line each what is wrong: a component that fails to start, an embedded copy of the API
     */
    Probe probe(long bundleId);

    /**
     * Puts bundles in force, all in one publish: transactions that begin from now on see them, those that have begun keep what they have.
     *
     * @param bundleByPlugin the bundle id for each plugin id
     */
    void putInForce(Map<String, Long> bundleByPlugin);

    /** Completes when nothing that began before holds an instance of the bundle, and the bundle is in force for nothing. */
    CompletionStage<Void> whenIdle(long bundleId);

    /**
     * Counts what the bundle's plugins have done since they came; all zero when none of them is there. The transactions of a shadow are
     * those of the version in force since the trial began.
     */
    Tally tally(long bundleId);

    /**
     * Tells what becomes of a plugin now, in a line each: where it is asked, how its breaker stands, what keeps it out of the chains.
     *
     * @param plugin its id
     * @return empty when nothing of it is there and nobody asks for it
     */
    List<String> explain(String plugin);

    /**
     * Keeps a bundle's plugins out of the chains from now on, whatever their versions are, until {@link #putInForce} names it or {@link
     * #tryOut} does; to be said before it starts.
     */
    void keepOut(long bundleId);

    /**
     * Begins a trial, in the place of the one that may be under way. What the trial says of a session holds from the session's next
     * moment on; a transaction keeps what it began with. {@link #putInForce} of its bundle ends it, in the same publish.
     */
    void tryOut(PluginTrial trial);

    /** Ends the trial, if there is one; its bundle stays kept out. */
    void endTrial();

    /** Returns how the trial goes; nothing when there is none. */
    Optional<TrialReport> trialReport();

    /**
     * How a bundle's plugins have done.
     *
     * @param transactions the transactions that have begun with one of them in the chains
     * @param faults the calls that failed, those included that took too long
     * @param timeouts the calls that took too long
     */
    record Tally(long transactions, long faults, long timeouts) {}

    /**
     * What a bundle holds.
     *
     * @param plugins the ids of its plugins
     * @param components how many hook components were obtained
     * @param problems what is wrong, in a line each
     */
    record Probe(Set<String> plugins, int components, List<String> problems) {}
}
