package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;

/** Stands behind {@link org.tarishi.api.service.Tables}. */
@ConsumerType
public interface TablesBackend {

    /**
     * Opens a table by its whole name; see {@link org.tarishi.api.service.Tables#open(String)}.
     *
     * @throws IllegalArgumentException when the name is not well formed
     * @throws LookupException when it can't be opened now
     */
    Table open(String name) throws LookupException;
}
