package org.tarishi.core.client;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;
import org.tarishi.api.service.SmtpClient;

/**
 * What a next hop said.
 *
 * @param refused the refusal of session or MAIL
 * @param isSessionRefused whether that was before MAIL
 * @param facts the session, null where there was none
 */
record Answer(
        @Nullable Reply refused,
        boolean isSessionRefused,
        List<Reply> recipients,
        List<Reply> data,
        SmtpClient.@Nullable Session facts)
        implements SmtpClient.Outcome {

    Answer {
        recipients = List.copyOf(recipients);
        data = List.copyOf(data);
    }

    static Answer sessionRefused(Reply reply) {
        return new Answer(reply, true, List.of(), List.of(), null);
    }

    static Answer mailRefused(Reply reply) {
        return new Answer(reply, false, List.of(), List.of(), null);
    }

    static Answer noData(List<Reply> recipients) {
        return new Answer(null, false, recipients, List.of(), null);
    }

    static Answer data(List<Reply> recipients, List<Reply> data) {
        return new Answer(null, false, recipients, data, null);
    }

    /** Returns the same, told over a session. */
    Answer over(SmtpClient.Session session) {
        return new Answer(refused, isSessionRefused, recipients, data, session);
    }

    @Override
    public Optional<SmtpClient.Session> session() {
        return Optional.ofNullable(facts);
    }

    @Override
    public Optional<Reply> refusal() {
        return Optional.ofNullable(refused);
    }

    /** {@inheritDoc} Of several replies to the data (LMTP) the first refusal, if there is one. */
    @Override
    public Reply decisive() {
        if (refused != null) {
            return refused;
        }
        var last = data.isEmpty() ? recipients : data;
        return last.stream().filter(reply -> !reply.isPositive()).findFirst().orElseGet(last::getFirst);
    }
}
