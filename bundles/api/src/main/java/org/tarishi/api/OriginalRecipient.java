package org.tarishi.api;

import java.util.Optional;

/**
 * Whom the sender named first, before any alias or forward: the parameter ORCPT (RFC 3461 section 4.2).
 *
 * @param type the kind of address, {@code rfc822} as a rule, {@code utf-8} by RFC 6533
 * @param address the address, decoded; it is data, and need not be one that this host could send to
 */
public record OriginalRecipient(String type, String address) {

    private static final String ATOM = "!#$%&'*+-/=?^_`{|}~";

    /** Reads the value of ORCPT; nothing where it is none. */
    public static Optional<OriginalRecipient> parse(String value) {
        int semicolon = value.indexOf(';');
        if (semicolon < 1 || semicolon == value.length() - 1) {
            return Optional.empty();
        }
        var type = value.substring(0, semicolon);
        var coded = value.substring(semicolon + 1);
        if (!type.chars().allMatch(OriginalRecipient::isAtom)) {
            return Optional.empty();
        }
        // RFC 6533 section 3: with SMTPUTF8 an address of this type may stand as it is.
        boolean plain = type.equalsIgnoreCase("utf-8") && coded.chars().anyMatch(c -> c >= 0x80);
        return (plain ? Optional.of(coded) : Xtext.decode(coded)).map(address -> new OriginalRecipient(type, address));
    }

    private static boolean isAtom(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || ATOM.indexOf(c) >= 0;
    }

    /** Returns the value as it stands in the parameter, in ASCII. */
    @Override
    public String toString() {
        return type + ";" + Xtext.encode(address);
    }
}
