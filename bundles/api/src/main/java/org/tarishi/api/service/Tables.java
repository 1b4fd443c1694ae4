package org.tarishi.api.service;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens tables by the names that settings use: {@code inline:a,b}, {@code file:host_list}, {@code regex:host_list_regex}, and the
 * schemes of installed {@link TableSource}s.
 */
@ProviderType
public interface Tables {

    /**
     * Returns the table of a name. It stays good: when its source changes, or is replaced, it follows.
     *
     * <p>A source that is not installed now makes look-ups fail with {@link LookupException}, not this call.
     *
     * @throws IllegalArgumentException when the name is not well formed, with the reason
     */
    Table open(String name);

    /** Returns one table that looks into each of these in order. */
    Table open(List<String> names);
}
