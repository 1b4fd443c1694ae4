package org.tarishi.api.service;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Small shared state with expiry: counters, first sights, reputations. Each call is atomic; may block; any thread.
 *
 * <p>Keys begin with the plugin's id and a colon. One store may serve several servers.
 */
@ProviderType
public interface StateStore {

    /** Returns a value. */
    Optional<String> get(String key) throws LookupException;

    /** Writes a value that is gone after a time. */
    void put(String key, String value, Duration expiry) throws LookupException;

    /** Writes a value unless there is one; returns whether it was written. */
    boolean putIfAbsent(String key, String value, Duration expiry) throws LookupException;

    /** Removes a value; returns whether it was there. */
    boolean remove(String key) throws LookupException;

    /** Adds to a counter and returns the sum; the expiry is set when the counter begins and is not prolonged. */
    long increment(String key, long by, Duration expiry) throws LookupException;
}
