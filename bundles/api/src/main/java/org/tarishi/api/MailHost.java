package org.tarishi.api;

/** What may stand behind the {@code @} of a mailbox: a domain or an address literal (RFC 5321 section 4.1.2). */
public sealed interface MailHost permits Domain, AddressLiteral {

    /** Returns the form that any SMTP server understands: ASCII, lower case; a literal with its brackets. */
    String ascii();

    /** Returns the form for people: U-labels where the domain has them. */
    String unicode();

    /**
     * Reads a domain or a literal in brackets.
     *
     * @throws AddressSyntaxException when it is neither
     */
    static MailHost parse(String text) {
        return text.startsWith("[") ? AddressLiteral.parse(text) : Domain.parse(text);
    }
}
