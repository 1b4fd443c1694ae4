package org.tarishi.api.service;

import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Domain;

/** Maps domain names as people write them to what is registered (UTS 46, non-transitional). */
@ProviderType
public interface Idn {

    /**
     * Returns the domain.
     *
     * @throws org.tarishi.api.AddressSyntaxException when it is none
     */
    Domain map(String text);
}
