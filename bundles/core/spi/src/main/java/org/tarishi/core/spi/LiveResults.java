package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Results;

/**
 * The results of a connection or transaction. Written through {@link Results} they are the core's; see {@link #as}.
 *
 * <p>One writer at a time.
 */
@ProviderType
public interface LiveResults extends Results {

    /** Returns the same results, written under another name: a plugin's, or a word of the core such as {@code rcpt_to}. */
    Results as(String plugin);
}
