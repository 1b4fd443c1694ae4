package org.tarishi.api.service;

import java.net.InetAddress;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Domain;

/**
 * The resolver. Blocks; any thread.
 *
 * <p>An answer may say that there is nothing; what could not be asked is a {@link LookupException} and temporary.
 */
@ProviderType
public interface Dns {

    /** Returns the addresses of a name, IPv6 and IPv4. */
    DnsAnswer<InetAddress> addresses(Domain name) throws LookupException;

    /**
     * Returns the mail exchangers of a name, by preference; those of one preference in the order of the answer. A null MX (RFC 7505), which
     * says that no mail is taken, is {@link DnsAnswer.Kind#FOUND} without a record.
     */
    DnsAnswer<MxRecord> mx(Domain name) throws LookupException;

    /** Returns the TXT records of a name, the strings of each joined without a blank. */
    DnsAnswer<String> txt(Domain name) throws LookupException;

    /** Returns the names of an address. */
    DnsAnswer<Domain> names(InetAddress address) throws LookupException;

    /**
     * Returns the records of any type in presentation form (RFC 1035 section 5).
     *
     * @param name the owner, which need not be a mail domain: {@code _25._tcp.mx.example}
     * @param type the type's mnemonic, such as {@code TLSA}
     */
    DnsAnswer<String> records(String name, String type) throws LookupException;
}
