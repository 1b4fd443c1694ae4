package org.tarishi.core.hooks;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Moment;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.api.hook.HookResult;

/** Turns what a plugin threw into text, and a fault into an answer. */
final class Faults {

    private static final int FRAMES = 5;
    private static final int LONGEST = 300;
    private static final EnhancedStatus STATUS = new EnhancedStatus(4, 3, 0);
    private static final EnhancedStatus ABSENT = new EnhancedStatus(4, 3, 2);
    private static final String WORDS = "Temporary failure, please try again later";
    private static final String ABSENT_WORDS = "Service not available for now, please try again later";

    /** A new session can't be served. */
    static final Reply NO_SESSION = Reply.of(421, ABSENT, ABSENT_WORDS);

    /** A new transaction can't be served. */
    static final Reply NO_TRANSACTION = Reply.of(451, ABSENT, ABSENT_WORDS);

    private static final HookResult LATER = HookResult.denySoft(Reply.of(451, STATUS, WORDS));

    /** Before the greeting the moment decides the code: a 451 would be none of RFC 5321 section 4.3.2 there. */
    private static final HookResult LATER_BY_MOMENT =
            new HookResult.DenySoft(new HookResult.Words(Reply.of(451, STATUS, WORDS), false), false);

    /** The message can't be looked into. */
    static final HookResult TOO_MANY_PARTS = HookResult.deny(
            Reply.of(554, new EnhancedStatus(5, 6, 0), "The message has too many or too deeply nested parts"));

    private Faults() {}

    /** Returns the refusal that stands for a fault; it tells the client nothing. */
    static HookResult refusal(Moment moment) {
        return moment == Moment.CONNECT || moment == Moment.LOOKUP_RDNS ? LATER_BY_MOMENT : LATER;
    }

    /**
     * Returns a throwable as one line: what it says, where it comes from, and its first cause.
     *
     * <p>The throwable's class may be the plugin's, and its methods may throw.
     */
    static String text(Throwable thrown) {
        try {
            var out = new StringBuilder(200);
            append(out, thrown);
            var cause = thrown.getCause();
            if (cause != null) {
                append(out.append("; caused by "), cause);
            }
            return out.toString();
        } catch (Throwable t) {
            return "something that can't be told";
        }
    }

    private static void append(StringBuilder out, Throwable thrown) {
        String text;
        try {
            text = String.valueOf(thrown);
        } catch (Throwable t) {
            text = thrown.getClass().getName();
        }
        out.append(Text.escaped(text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text));
        frames(out, thrown.getStackTrace(), FRAMES);
    }

    /** Writes the top of a stack on the same line. */
    static void frames(StringBuilder out, StackTraceElement @Nullable [] stack, int most) {
        if (stack == null) {
            return;
        }
        for (int i = 0; i < Math.min(most, stack.length); i++) {
            out.append(i == 0 ? " at " : " < ").append(Text.escaped(stack[i].toString()));
        }
    }
}
