package org.tarishi.api.service;

import java.io.IOException;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Publishes the answers to DNS challenges of a certificate authority (RFC 8555 section 8.4, {@code dns-01}).
 *
 * <p>A plugin implements it for the name servers of its operator, such as those of a hoster with an interface of its own; all that are
 * there are asked in turn. May block. Called on a thread of the asker, which is interrupted when it has to stop; never by two threads at
 * once.
 */
@ConsumerType
public interface AcmeDnsResponder {

    /**
     * Adds a TXT record beside those that the name has: a name and its wildcard are challenged at once, under one name.
     *
     * @param name the owner, A-labels without a dot at the end, such as {@code _acme-challenge.mx.example}
     * @param value the record's one string, 43 characters of base64url
     * @return what takes the record away again; nothing when the name is in no zone of this responder
     * @throws IOException when it could not be published now; the certificate is tried again later
     */
    Optional<Published> publish(String name, String value) throws IOException;

    /** A record that is published until it is closed. */
    @ConsumerType
    @FunctionalInterface
    interface Published extends AutoCloseable {

        /**
         * Takes this record away, and no other one of its name.
         *
         * @throws IOException when it could not; the record is harmless where it stays
         */
        @Override
        void close() throws IOException;
    }
}
