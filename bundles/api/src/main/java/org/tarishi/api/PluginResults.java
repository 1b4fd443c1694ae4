package org.tarishi.api;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** What one plugin has said in a {@link Results}; a snapshot that no longer changes. */
@ProviderType
public interface PluginResults {

    /** Returns the passed checks. */
    List<String> passed();

    /** Returns the failed checks. */
    List<String> failed();

    /** Returns what was not checked. */
    List<String> skipped();

    /** Returns what went wrong. */
    List<String> errors();

    /** Returns the remarks. */
    List<String> messages();

    /** Returns the values by key: strings, numbers, booleans, lists of these. */
    Map<String, Object> values();

    /** Returns a counter, 0 when nobody counted. */
    long counter(String key);

    /** Returns all of it on one line for people, such as {@code pass:fcrdns, fail:rdns}. */
    String summary();
}
