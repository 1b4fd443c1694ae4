package org.tarishi.api.service;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A look-up. May block; any thread. */
@ConsumerType
public interface Table {

    /** Returns the value of a key; empty text where the key is there without a value. Letters of keys are compared without case. */
    Optional<String> get(String key) throws LookupException;

    /** Tells whether a key is there. */
    default boolean contains(String key) throws LookupException {
        return get(key).isPresent();
    }
}
