package org.tarishi.api;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** When the sender wants to hear of a recipient: a word of the parameter NOTIFY (RFC 3461 section 4.1). */
public enum NotifyOn {
    /** Not at all; stands alone. */
    NEVER,
    /** When the mail was delivered. */
    SUCCESS,
    /** When it can't be delivered. */
    FAILURE,
    /** When its delivery takes long. */
    DELAY;

    /** Reads the value of NOTIFY; nothing where it is none: an unknown or repeated word, or NEVER beside another. */
    public static Optional<Set<NotifyOn>> parse(String value) {
        var all = EnumSet.noneOf(NotifyOn.class);
        for (var word : value.split(",", -1)) {
            var one = of(word);
            if (one.isEmpty() || !all.add(one.get())) {
                return Optional.empty();
            }
        }
        return all.contains(NEVER) && all.size() > 1 ? Optional.empty() : Optional.of(Set.copyOf(all));
    }

    private static Optional<NotifyOn> of(String word) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "NEVER" -> Optional.of(NEVER);
            case "SUCCESS" -> Optional.of(SUCCESS);
            case "FAILURE" -> Optional.of(FAILURE);
            case "DELAY" -> Optional.of(DELAY);
            default -> Optional.empty();
        };
    }
}
