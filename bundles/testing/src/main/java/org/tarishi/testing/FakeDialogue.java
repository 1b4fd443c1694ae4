package org.tarishi.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.service.SmtpClient;

/** A session whose replies a test owns: given in order, and a yes where none is left. One thread at a time. */
public final class FakeDialogue implements SmtpClient.Dialogue {

    private final @Nullable Reply refusal;
    private final List<Object> answers = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private boolean isOpen;

    private FakeDialogue(@Nullable Reply refusal) {
        this.refusal = refusal;
        this.isOpen = refusal == null;
    }

    /** Returns one that is open. */
    public static FakeDialogue open() {
        return new FakeDialogue(null);
    }

    /** Returns one that was refused. */
    public static FakeDialogue refused(Reply reply) {
        return new FakeDialogue(reply);
    }

    /** Adds replies to the next steps. */
    public FakeDialogue answers(Reply... replies) {
        answers.addAll(List.of(replies));
        return this;
    }

    /** Has the step behind those fail. */
    public FakeDialogue fails(IOException e) {
        answers.add(e);
        return this;
    }

    /** Returns what was said so far: commands without parameters, {@code DATA}, {@code QUIT}. */
    public List<String> said() {
        return List.copyOf(said);
    }

    @Override
    public Optional<Reply> refusal() {
        return Optional.ofNullable(refusal);
    }

    @Override
    public Optional<SmtpClient.Session> session() {
        return Optional.empty();
    }

    @Override
    public boolean isUsable() {
        return isOpen;
    }

    private Reply step(String command) throws IOException {
        if (!isOpen) {
            throw new IOException("closed");
        }
        said.add(command);
        var answer = answers.isEmpty() ? Reply.of(250, "ok") : answers.removeFirst();
        if (answer instanceof IOException e) {
            isOpen = false;
            throw e;
        }
        var reply = (Reply) answer;
        isOpen = reply.code() != 421;
        return reply;
    }

    @Override
    public Reply mail(ReversePath from) throws IOException {
        return step("MAIL FROM:" + from);
    }

    @Override
    public Reply rcpt(Recipient to) throws IOException {
        return step("RCPT TO:" + to);
    }

    @Override
    public List<Reply> data(Message message) throws IOException {
        return List.of(step("DATA"));
    }

    @Override
    public void reset() throws IOException {
        step("RSET");
    }

    @Override
    public void close() {
        if (isOpen) {
            said.add("QUIT");
        }
        isOpen = false;
    }
}
