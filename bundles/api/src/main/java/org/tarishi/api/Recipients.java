package org.tarishi.api;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The accepted recipients of a transaction, in the order they came.
 *
 * <p>While RCPT is being asked about, its recipient is not among them yet.
 */
@ProviderType
public interface Recipients {

    /** Returns them as they are now; the list does not change later. */
    List<Recipient> all();

    /** Adds one at the end. */
    void add(Recipient recipient);

    /**
     * Puts others in the place of one: an alias, an expanded list, nobody.
     *
     * <p>For the recipient that RCPT is being asked about this changes what will be added if the command succeeds.
     *
     * @return whether it was there
     */
    boolean replace(Recipient one, List<Recipient> others);

    /** Removes one; returns whether it was there. */
    boolean remove(Recipient one);
}
