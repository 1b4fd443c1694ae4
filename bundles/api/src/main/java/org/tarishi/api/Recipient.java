package org.tarishi.api;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The argument of RCPT: where a mail shall go, with its parameters (RFC 5321 section 4.1.1.3).
 *
 * <p>{@code <Postmaster>} without a domain, which every server must take, is given to plugins as postmaster at this host.
 */
public final class Recipient {

    private final Mailbox mailbox;
    private final EsmtpParameters parameters;

    private Recipient(Mailbox mailbox, EsmtpParameters parameters) {
        this.mailbox = mailbox;
        this.parameters = parameters;
    }

    /** Returns the recipient of this mailbox, without parameters. */
    public static Recipient of(Mailbox mailbox) {
        return new Recipient(mailbox, EsmtpParameters.NONE);
    }

    /**
     * Reads a path with its angle brackets; a source route is dropped.
     *
     * @throws AddressSyntaxException when it is none, or empty
     */
    public static Recipient parse(String path) {
        return of(new PathParser(path)
                .wholePath()
                .orElseThrow(() -> new AddressSyntaxException("a recipient can't be empty", 1)));
    }

    /** Returns the same recipient with these parameters. */
    public Recipient withParameters(EsmtpParameters other) {
        return new Recipient(mailbox, other);
    }

    /** Returns another mailbox with the same parameters: what an alias or a forward does. */
    public Recipient withMailbox(Mailbox other) {
        return new Recipient(other, parameters);
    }

    /** Returns the address. */
    public Mailbox mailbox() {
        return mailbox;
    }

    /** Returns the parameters of RCPT. */
    public EsmtpParameters parameters() {
        return parameters;
    }

    /** Returns when the sender wants to hear of this recipient; nothing where NOTIFY was not given or is none. */
    public Optional<Set<NotifyOn>> notifyOn() {
        return parameters.value("NOTIFY").flatMap(NotifyOn::parse);
    }

    /** Returns whom the sender named first; nothing where ORCPT was not given or is none. */
    public Optional<OriginalRecipient> original() {
        return parameters.value("ORCPT").flatMap(OriginalRecipient::parse);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Recipient r && mailbox.equals(r.mailbox) && parameters.equals(r.parameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mailbox, parameters);
    }

    /** Returns the path with its angle brackets, without parameters. */
    @Override
    public String toString() {
        return "<" + mailbox + ">";
    }
}
