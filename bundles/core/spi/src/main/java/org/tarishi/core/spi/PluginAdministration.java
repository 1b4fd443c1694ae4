package org.tarishi.core.spi;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** What {@code tarishi plugin} does, for doors other than the command line: the same verbs, the same words. Any thread; may block. */
@ProviderType
public interface PluginAdministration {

    /**
     * Carries out a command.
     *
     * @param door who asks, for the log and the history: letters, digits and {@code .:_-}
     * @param words the verb and what follows it, as on the command line; files are named by absolute paths
     */
    Outcome carryOut(String door, List<String> words);

    /** Returns all versions that there are, those of one bundle together, what runs before what is kept. */
    List<Version> versions();

    /** Returns what was done, the oldest first. */
    List<Event> events();

    /**
     * What came of a command.
     *
     * @param result whether it was done
     * @param lines what it says: the plan, what was done, or why not
     */
    record Outcome(Result result, List<String> lines) {

        /** Copies the lines. */
        public Outcome {
            lines = List.copyOf(lines);
        }
    }

    /** Whether a command was done. */
    enum Result {
        /** It was done. */
        DONE,
        /** It was refused, and nothing has changed; of a dry run: it could not be done. */
        REFUSED,
        /** There is no such command. */
        BAD_USAGE
    }

    /**
     * One version of a plugin's bundle.
     *
     * @param bundle the bundle's symbolic name
     * @param version its version
     * @param plugins the ids of the plugins in it
     * @param state what becomes of it
     * @param hash the SHA-256 of its bytes, in hexadecimal; null for one that comes with the distribution
     * @param when since when it is in force; of one that is kept, until when it was; null where that is not known
     * @param door who has put it in force; null where that is not known
     */
    record Version(
            String bundle,
            String version,
            Set<String> plugins,
            State state,
            @Nullable String hash,
            @Nullable Instant when,
            @Nullable String door) {

        /** Copies the plugins. */
        public Version {
            plugins = Set.copyOf(plugins);
        }
    }

    /** What becomes of a version. */
    enum State {
        /** Transactions begin with it. */
        IN_FORCE,
        /** It is tried beside the one in force. */
        ON_TRIAL,
        /** It serves what has begun with it, and goes. */
        DRAINING,
        /** It does not run, and can be gone back to. */
        KEPT
    }

    /**
     * Something that was done.
     *
     * @param when its time
     * @param door who asked
     * @param bundle the bundle, {@code -} where it is not known
     * @param kind what happened, in a word
     * @param text the same in a sentence
     */
    record Event(Instant when, String door, String bundle, String kind, String text) {}
}
