package org.tarishi.api;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A mailbox address, {@code local-part@domain} (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
 *
 * <p>The local part is kept as it is meant: without quotes and escapes, its case untouched. {@link #address()} puts quotes back
 * where they are needed. Two mailboxes are equal when local parts are equal to the letter and hosts are equal.
 *
 * <p>An address is data. It is never a file name, a pattern or a piece of a command before it has been made safe for that.
 */
public final class Mailbox {

    /** RFC 5321 section 4.5.3.1.1. */
    static final int LONGEST_LOCAL_PART = 64;

    private static final int LONGEST = 254;

    private final String localPart;
    private final MailHost host;

    private Mailbox(String localPart, MailHost host) {
        this.localPart = localPart;
        this.host = host;
    }

    /**
     * Returns the mailbox of this local part, as it is meant, without quotes.
     *
     * @throws AddressSyntaxException when it is empty, longer than 64 octets, or holds a control character
     */
    public static Mailbox of(String localPart, MailHost host) {
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '\u2028' || c == '\u2029') {
                throw new AddressSyntaxException("control character in local part", i);
            }
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < localPart.length()
                        && Character.isLowSurrogate(localPart.charAt(i + 1));
                if (!paired) {
                    throw new AddressSyntaxException("half a character in local part", i);
                }
                i++;
            }
        }
        var mailbox = new Mailbox(localPart, host);
        var form = mailbox.quotedLocalPart();
        if (form.getBytes(StandardCharsets.UTF_8).length > LONGEST_LOCAL_PART) {
            throw new AddressSyntaxException(
                    "local part longer than " + LONGEST_LOCAL_PART + " octets", LONGEST_LOCAL_PART);
        }
        if (form.length() + 1 + host.unicode().length() > LONGEST) {
            throw new AddressSyntaxException("address longer than " + LONGEST + " octets", LONGEST);
        }
        return mailbox;
    }

    /**
     * Reads an address as it stands between the angle brackets of a path, without source route.
     *
     * @throws AddressSyntaxException when it is none
     */
    public static Mailbox parse(String text) {
        return new PathParser(text).wholeMailbox();
    }

    /** Returns the local part as it is meant. */
    public String localPart() {
        return localPart;
    }

    /** Returns what stands behind the {@code @}. */
    public MailHost host() {
        return host;
    }

    /** Returns the address with U-labels, the local part quoted where it must be. */
    public String address() {
        return quotedLocalPart() + "@" + host.unicode();
    }

    /** Returns the address with A-labels; a local part beyond ASCII stays, see {@link #needsUtf8()}. */
    public String asciiAddress() {
        return quotedLocalPart() + "@" + host.ascii();
    }

    /** Tells whether the local part is beyond ASCII, so that the address can't be sent without SMTPUTF8 (RFC 6531). */
    public boolean needsUtf8() {
        return localPart.chars().anyMatch(c -> c >= 0x80);
    }

    private String quotedLocalPart() {
        if (isDotString(localPart)) {
            return localPart;
        }
        var out = new StringBuilder(localPart.length() + 8).append('"');
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        return out.append('"').toString();
    }

    private static boolean isDotString(String text) {
        boolean atomBefore = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                if (!atomBefore) {
                    return false;
                }
                atomBefore = false;
            } else if (PathParser.isAtomText(c)) {
                atomBefore = true;
            } else {
                return false;
            }
        }
        return atomBefore;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mailbox m && localPart.equals(m.localPart) && host.equals(m.host);
    }

    @Override
    public int hashCode() {
        return Objects.hash(localPart, host);
    }

    /** Returns {@link #address()}. */
    @Override
    public String toString() {
        return address();
    }
}
