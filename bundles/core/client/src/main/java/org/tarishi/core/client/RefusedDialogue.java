package org.tarishi.core.client;

import java.util.List;
import java.util.Optional;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.service.SmtpClient;

/**
 * A session that the peer does not want; it is closed already.
 *
 * @param reply what the peer said
 */
record RefusedDialogue(Reply reply) implements SmtpClient.Dialogue {

    @Override
    public Optional<Reply> refusal() {
        return Optional.of(reply);
    }

    @Override
    public Optional<SmtpClient.Session> session() {
        return Optional.empty();
    }

    @Override
    public boolean isUsable() {
        return false;
    }

    @Override
    public Reply mail(ReversePath from) {
        throw new IllegalStateException("the session was refused");
    }

    @Override
    public Reply rcpt(Recipient to) {
        throw new IllegalStateException("the session was refused");
    }

    @Override
    public List<Reply> data(Message message) {
        throw new IllegalStateException("the session was refused");
    }

    @Override
    public void reset() {
        throw new IllegalStateException("the session was refused");
    }

    @Override
    public void close() {}
}
