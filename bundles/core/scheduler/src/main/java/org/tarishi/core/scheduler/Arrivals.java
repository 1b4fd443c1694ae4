package org.tarishi.core.scheduler;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has each mail counted once while the store is looked through: a mail may come from there, and from who has just put it there. One thread at a
 * time.
 */
final class Arrivals {

    /** Nobody takes longer to tell of a mail that he has put into the store. */
    private static final long LOADED_NANOS = 900_000_000_000L;

    /** Mails that the store had, and whose bringer may still tell of them. */
    private final Set<Long> loaded = new HashSet<>();

    /** Mails that were told of since the store is looked through; null while it is not. */
    private @Nullable Set<Long> told;

    private long loadedUntil;

    /** Takes note that a mail was told of; returns whether it was not known. */
    boolean tell(long number) {
        if (loaded.remove(number)) {
            return false;
        }
        if (told != null) {
            told.add(number);
        }
        return true;
    }

    void beginLoad() {
        told = new HashSet<>();
        loaded.clear();
    }

    /**
     * Takes note that the store has a mail; returns whether it was not known.
     *
     * @param isFresh whether who has put it there may not have told of it yet
     */
    boolean load(long number, boolean isFresh) {
        if (told == null || !told.contains(number)) {
            if (isFresh) {
                loaded.add(number);
            }
            return true;
        }
        return false;
    }

    /** Ends it: who has put a mail there before may still be about to tell of it. */
    void endLoad(long now) {
        told = null;
        loadedUntil = now + LOADED_NANOS;
    }

    /** Forgets what nobody tells of any more. */
    void expire(long now) {
        if (!loaded.isEmpty() && told == null && loadedUntil - now <= 0) {
            loaded.clear();
        }
    }
}
