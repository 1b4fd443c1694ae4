package org.tarishi.api.service;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes the tables of one scheme; the service property {@value #SCHEME} names it.
 *
 * <p>Plugins use {@link Tables}; only what brings a new kind of table implements this.
 */
@ConsumerType
@FunctionalInterface
public interface TableSource {

    /** The service property with the scheme, such as {@code sql}. */
    String SCHEME = "tarishi.table.scheme";

    /**
     * Opens a table.
     *
     * @param rest what stands behind the scheme and its colon
     * @throws IllegalArgumentException when it is not well formed, with the reason
     * @throws LookupException when it can't be opened now
     */
    Table open(String rest) throws LookupException;
}
