package org.tarishi.api.service;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.MailHost;

/** Knows the domains whose mail ends here: Haraka's host_list. May block; any thread. */
@ConsumerType
@FunctionalInterface
public interface LocalDomains {

    /** Tells whether mail to this domain or literal ends here. */
    boolean isLocal(MailHost host) throws LookupException;
}
