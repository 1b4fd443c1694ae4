package org.tarishi.plugin.xclient;

import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Reply;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;

/** What both verbs answer, and where they keep what was said. */
final class Answers {

    static final CommandResult NOT_ALLOWED =
            refusal(Reply.of(550, new EnhancedStatus(5, 7, 0), "you are not authorized"));
    static final CommandResult IN_TRANSACTION =
            refusal(Reply.of(503, new EnhancedStatus(5, 5, 1), "not allowed within a mail transaction"));

    private static final EnhancedStatus ARGUMENT = new EnhancedStatus(5, 5, 4);

    private Answers() {}

    static CommandResult bad(String words) {
        return refusal(Reply.of(501, ARGUMENT, words));
    }

    /** A refusal, rather than a reply, so that the server counts it among the client's errors. */
    private static CommandResult refusal(Reply reply) {
        return CommandResult.of(HookResult.deny(reply));
    }

    /** Keeps a value, or takes an old one away. */
    static void keep(SmtpConnection connection, NoteKey<String> key, Attributes said, Attribute attribute) {
        said.text(attribute)
                .ifPresentOrElse(
                        text -> connection.notes().put(key, text),
                        () -> connection.notes().remove(key));
    }
}
