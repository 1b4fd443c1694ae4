package org.tarishi.api;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The argument of MAIL: the sender, or nobody for mail that must never be answered (RFC 5321 section 4.5.5), with its parameters. */
public final class ReversePath {

    /** The null reverse-path, {@code <>}, without parameters. */
    public static final ReversePath NULL = new ReversePath(null, EsmtpParameters.NONE);

    private final @Nullable Mailbox mailbox;
    private final EsmtpParameters parameters;

    private ReversePath(@Nullable Mailbox mailbox, EsmtpParameters parameters) {
        this.mailbox = mailbox;
        this.parameters = parameters;
    }

    /** Returns the path of this mailbox. */
    public static ReversePath of(Mailbox mailbox) {
        return new ReversePath(mailbox, EsmtpParameters.NONE);
    }

    /**
     * Reads a path with its angle brackets; a source route is dropped.
     *
     * @throws AddressSyntaxException when it is none
     */
    public static ReversePath parse(String path) {
        return new ReversePath(new PathParser(path).wholePath().orElse(null), EsmtpParameters.NONE);
    }

    /** Returns the same path with these parameters. */
    public ReversePath withParameters(EsmtpParameters other) {
        return new ReversePath(mailbox, other);
    }

    /** Returns the sender, nothing for {@code <>}. */
    public Optional<Mailbox> mailbox() {
        return Optional.ofNullable(mailbox);
    }

    /** Tells whether this is {@code <>}. */
    public boolean isNull() {
        return mailbox == null;
    }

    /** Returns the parameters of MAIL. */
    public EsmtpParameters parameters() {
        return parameters;
    }

    /** Tells whether the path can't be sent without SMTPUTF8. */
    public boolean needsUtf8() {
        return mailbox != null && mailbox.needsUtf8();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReversePath p && Objects.equals(mailbox, p.mailbox) && parameters.equals(p.parameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mailbox, parameters);
    }

    /** Returns the path with its angle brackets, without parameters. */
    @Override
    public String toString() {
        return mailbox == null ? "<>" : "<" + mailbox + ">";
    }
}
