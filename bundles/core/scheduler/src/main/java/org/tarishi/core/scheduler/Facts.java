package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is kept with a mail for the scheduler itself.
 *
 * <p>What is owed to the sender is written down together with the outcome that it is owed for, and struck out when the notification is
 * safe. So a crash in between neither loses it nor sends it twice.
 */
final class Facts {

    /** Who has logged in to send it. */
    static final String USER = "user";

    /** The name that the client gave. */
    static final String HELLO = "hello";

    /** The next hop that was tried last. */
    static final String HOP = "hop";

    /** There when the sender has been told of a delay. */
    static final String DELAY_TOLD = "delayTold";

    /** Which recipients the sender is to be told of. */
    static final String OWED = "owed";

    /** There when an operator has given it up. */
    static final String GIVEN_UP = "givenUp";

    /** Until when it is held, in milliseconds since 1970; it is removed then. */
    static final String HELD_UNTIL = "heldUntil";

    /** How many notifications were made of it. */
    static final String NOTICES = "notices";

    private Facts() {}

    /** Why a recipient is told of. */
    enum Owed {
        /** It failed. */
        FAILED,
        /** It took too long. */
        EXPIRED,
        /** It takes long. */
        DELAYED,
        /** It was delivered by LMTP. */
        DELIVERED,
        /** It was taken by a host that tells no more. */
        RELAYED
    }

    /** Returns the facts with one of them set, or taken away by null. */
    static Map<String, String> with(Map<String, String> facts, String name, @Nullable String value) {
        var all = new HashMap<>(facts);
        if (value == null) {
            all.remove(name);
        } else {
            all.put(name, value);
        }
        return all;
    }

    /** Writes down what is owed, by the recipient's place. */
    static String written(Map<Integer, Owed> owed) {
        var words = new ArrayList<String>();
        new TreeMap<>(owed).forEach((place, why) -> words.add(place + "=" + why.name()));
        return String.join(",", words);
    }

    /** Reads what is owed; what can't be read is left out. */
    static Map<Integer, Owed> owed(Map<String, String> facts) {
        var all = new TreeMap<Integer, Owed>();
        for (var word : facts.getOrDefault(OWED, "").split(",", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                try {
                    all.put(Integer.parseInt(word.substring(0, equals)), Owed.valueOf(word.substring(equals + 1)));
                } catch (IllegalArgumentException e) {
                    // written by another version: better one notification less than a mail that can't be dealt with
                }
            }
        }
        return all;
    }
}
