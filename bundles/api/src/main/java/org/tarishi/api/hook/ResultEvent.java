package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ProviderType;

/** One entry that was written into a {@link org.tarishi.api.Results}. */
@ProviderType
public interface ResultEvent {

    /** Returns the id of the connection or transaction. */
    String id();

    /** Returns the plugin that wrote it, or the core's word such as {@code rcpt_to}. */
    String plugin();

    /** Returns {@code pass}, {@code fail}, {@code skip}, {@code error}, {@code message}, or the key of a value, counter or list. */
    String key();

    /** Returns what was written: a string, number, boolean, or the amount of an increment. */
    Object value();
}
