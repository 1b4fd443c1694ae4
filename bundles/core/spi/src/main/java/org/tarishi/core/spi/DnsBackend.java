package org.tarishi.core.spi;

import java.net.InetAddress;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Domain;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;

/** Stands behind {@link org.tarishi.api.service.Dns}: the same questions, to be answered by this bundle's class, so that no answer pins a backend. */
@ConsumerType
public interface DnsBackend {

    /** See {@link org.tarishi.api.service.Dns#addresses}. */
    DnsReply<InetAddress> addresses(Domain name) throws LookupException;

    /** See {@link org.tarishi.api.service.Dns#mx}. */
    DnsReply<MxRecord> mx(Domain name) throws LookupException;

    /** See {@link org.tarishi.api.service.Dns#txt}. */
    DnsReply<String> txt(Domain name) throws LookupException;

    /** See {@link org.tarishi.api.service.Dns#names}. */
    DnsReply<Domain> names(InetAddress address) throws LookupException;

    /**
     * See {@link org.tarishi.api.service.Dns#records}.
     *
     * @throws IllegalArgumentException when the name or the type is none
     */
    DnsReply<String> records(String name, String type) throws LookupException;
}
