package org.tarishi.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;

/**
 * Next hops whose answers a test owns: given in the order in which they are asked for. One thread at a time.
 *
 * <pre>{@code
 * client.answers(FakeSmtpClient.taken(Reply.of(250, "queued")));
 * client.fails(new IOException("Connection refused"));
 * }</pre>
 */
public final class FakeSmtpClient implements SmtpClient {

    private static final Reply YES = Reply.of(250, "ok");

    private final List<Object> answers = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Route> opened = new ArrayList<>();

    /** Makes one that has no answer yet. */
    public FakeSmtpClient() {}

    /**
     * A message that was handed over.
     *
     * @param connectTimeout how long connecting may take
     * @param isAllOrNone whether all recipients had to be accepted
     * @param isAuthPreferred whether it might go without a login
     */
    public record Sent(
            Route route,
            ReversePath from,
            List<Recipient> to,
            Message message,
            Duration connectTimeout,
            boolean isAllOrNone,
            boolean isAuthPreferred) {}

    /** Adds what next hops say. */
    public FakeSmtpClient answers(Outcome... outcomes) {
        answers.addAll(List.of(outcomes));
        return this;
    }

    /** Adds a failure to hand over. */
    public FakeSmtpClient fails(IOException e) {
        answers.add(e);
        return this;
    }

    /** Adds a session that is opened step by step. */
    public FakeSmtpClient opens(Dialogue dialogue) {
        answers.add(dialogue);
        return this;
    }

    /** Returns the next hops to which sessions were opened step by step, or were tried to be. */
    public List<Route> opened() {
        return List.copyOf(opened);
    }

    /** Returns what was handed over so far, or was tried to be. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** Returns the outcome of a message that was taken for all. */
    public static Outcome taken(Reply reply) {
        return new Answer(null, false, List.of(YES), List.of(reply));
    }

    /** Returns the outcome of a message whose recipients got these replies, and which then got this one. */
    public static Outcome said(List<Reply> recipients, List<Reply> data) {
        return new Answer(null, false, recipients, data);
    }

    /** Returns the outcome of a refused MAIL. */
    public static Outcome mailRefused(Reply reply) {
        return new Answer(reply, false, List.of(), List.of());
    }

    /** Returns the outcome of a refused session. */
    public static Outcome sessionRefused(Reply reply) {
        return new Answer(reply, true, List.of(), List.of());
    }

    @Override
    public Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Options options)
            throws IOException {
        if (!(options instanceof Chosen(Duration time, boolean isAll, boolean isPreferred))) {
            throw new IllegalArgumentException("want options made of options()");
        }
        sent.add(new Sent(route, from, List.copyOf(to), message, time, isAll, isPreferred));
        return (Outcome) next(route);
    }

    @Override
    public Dialogue open(Route route, Options options) throws IOException {
        opened.add(route);
        return (Dialogue) next(route);
    }

    private Object next(Route route) throws IOException {
        if (answers.isEmpty()) {
            throw new IllegalStateException("this fake has no answer left for " + route);
        }
        var answer = answers.removeFirst();
        if (answer instanceof IOException e) {
            throw e;
        }
        return answer;
    }

    @Override
    public Options options() {
        return new Chosen(Duration.ofSeconds(30), false, false);
    }

    private record Chosen(Duration time, boolean isAll, boolean isPreferred) implements Options {
        @Override
        public Options connectTimeout(Duration other) {
            return new Chosen(other, isAll, isPreferred);
        }

        @Override
        public Options allRecipientsOrNone() {
            return new Chosen(time, true, isPreferred);
        }

        @Override
        public Options authPreferred() {
            return new Chosen(time, isAll, true);
        }
    }

    private record Answer(@Nullable Reply refused, boolean isSessionRefused, List<Reply> recipients, List<Reply> data)
            implements Outcome {

        @Override
        public Optional<Reply> refusal() {
            return Optional.ofNullable(refused);
        }

        @Override
        public Reply decisive() {
            if (refused != null) {
                return refused;
            }
            var last = data.isEmpty() ? recipients : data;
            return last.stream()
                    .filter(reply -> !reply.isPositive())
                    .findFirst()
                    .orElseGet(last::getFirst);
        }
    }
}
