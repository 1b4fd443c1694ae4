package org.tarishi.core.dsn;

import java.util.Locale;
import java.util.Optional;

/** What a template may name in braces, such as {@code {recipients}}. */
enum Placeholder {
    /** The process id of the server. */
    PID,
    /** The date of the notification. */
    DATE,
    /** The reporting host. */
    ME,
    /** Whom the notification is from. */
    FROM,
    /** Whom it goes to: the sender of the original. */
    TO,
    /** The subject of the original. */
    SUBJECT,
    /** The recipients that it tells of, one a line. */
    RECIPIENTS,
    /** Why, in a sentence; a line for each recipient where the reasons differ. */
    REASON,
    /** What the next hops said, a line for each recipient. */
    EXTENDED_REASON,
    /** The Message-ID of the notification. */
    MSGID,
    /** Each recipient with reason, reply, and until when it is tried. */
    DETAILS,
    /** What of the original is attached, and why not all of it. */
    RETURNED,
    /** The id of the mail in the queue. */
    ID,
    /** When the mail came in. */
    ARRIVED,
    /** The address of the image, for the HTML. */
    IMAGE;

    /** Returns the placeholder of a word. */
    static Optional<Placeholder> of(String word) {
        for (var one : values()) {
            if (one.word().equals(word)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** Returns the word as it stands in the braces. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
