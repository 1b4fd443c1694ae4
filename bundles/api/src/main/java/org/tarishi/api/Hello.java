package org.tarishi.api;

import java.util.Optional;

/**
 * What a client said of itself with HELO, EHLO or LHLO.
 *
 * @param verb which of the three
 * @param name the argument, one word without control characters; what clients say is often neither a domain nor a literal
 */
public record Hello(Verb verb, String name) {

    /** Refuses an argument that is empty or would need escaping. */
    public Hello {
        if (name.isEmpty() || !Text.escaped(name).equals(name) || name.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("want one word: " + Text.escaped(name));
        }
    }

    /** Returns the argument as a domain or a literal, if it is one. */
    public Optional<MailHost> host() {
        try {
            return Optional.of(MailHost.parse(name));
        } catch (AddressSyntaxException e) {
            return Optional.empty();
        }
    }

    /** The three ways to say hello. */
    public enum Verb {
        /** RFC 5321, no extensions. */
        HELO,
        /** RFC 5321, with extensions. */
        EHLO,
        /** RFC 2033. */
        LHLO
    }
}
