package org.tarishi.api;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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

    /** Returns what the message is declared to be made of; nothing where BODY was not given or is none. */
    public Optional<BodyType> bodyType() {
        return parameters.value("BODY").flatMap(value -> switch (value.toUpperCase(Locale.ROOT)) {
            case "7BIT" -> Optional.of(BodyType.SEVEN_BIT);
            case "8BITMIME" -> Optional.of(BodyType.EIGHT_BIT_MIME);
            case "BINARYMIME" -> Optional.of(BodyType.BINARY_MIME);
            default -> Optional.empty();
        });
    }

    /** Returns how much of the mail shall come back when it can't be delivered; nothing where RET was not given or is none. */
    public Optional<ReturnContent> returnContent() {
        return parameters.value("RET").flatMap(value -> switch (value.toUpperCase(Locale.ROOT)) {
            case "FULL" -> Optional.of(ReturnContent.FULL);
            case "HDRS" -> Optional.of(ReturnContent.HDRS);
            default -> Optional.empty();
        });
    }

    /** Returns what the sender calls this mail in notifications: ENVID (RFC 3461 section 4.4), decoded; nothing where it was not given. */
    public Optional<String> envelopeId() {
        return parameters.value("ENVID").filter(value -> !value.isEmpty()).flatMap(Xtext::decode);
    }

    /** Returns the priority, -9 to 9: MT-PRIORITY (RFC 6710 section 4.1); nothing where it was not given or is none. */
    public OptionalInt priority() {
        var value = parameters.value("MT-PRIORITY").orElse("");
        if (!value.matches("0|-?[1-9]")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(value));
    }

    /** Returns how long the mail shall be held: HOLDFOR (RFC 4865 section 5); nothing where it was not given or is none. */
    public Optional<Duration> holdFor() {
        return parameters
                .value("HOLDFOR")
                .filter(value -> value.matches("[1-9][0-9]{0,8}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)));
    }

    /** Returns until when the mail shall be held: HOLDUNTIL (RFC 4865 section 5); nothing where it was not given or is none. */
    public Optional<Instant> holdUntil() {
        return parameters.value("HOLDUNTIL").flatMap(value -> {
            try {
                return Optional.of(OffsetDateTime.parse(value).toInstant());
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        });
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
