package org.tarishi.core.server;

import java.io.Serial;
import org.tarishi.api.Reply;

/** Says that a command is not well formed, or may not come now. */
final class Objection extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    Objection(Reply reply) {
        // A peer's mistake is no event of ours: no stack is walked.
        super(reply.toString(), null, false, false);
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
