package org.tarishi.core.server;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.OutboundQueue;
import org.tarishi.core.spi.Verdict;

/** A queue for other hosts that answers by a word, by the session's executor. */
record FakeOutbound(String word, int fullness) implements OutboundQueue {

    FakeOutbound(String word) {
        this(word, 0);
    }

    @Override
    public void submit(
            Transaction tx, LiveMessage message, Generation generation, Executor turn, Consumer<Submitted> then) {
        var answer = switch (word) {
            case "queued" ->
                new Submitted.Queued(Reply.of(250, new EnhancedStatus(2, 0, 0), "Message Queued (" + tx.id() + ")"));
            case "full" -> new Submitted.Refused(Reply.of(452, new EnhancedStatus(4, 3, 1), "no room"));
            case "denied" -> new Submitted.Denied(new Verdict<>(HookResult.deny("not this"), "test", false));
            default -> throw new IllegalArgumentException(word);
        };
        turn.execute(() -> then.accept(answer));
    }

    @Override
    public Optional<Reply> refusal() {
        return word.equals("shut")
                ? Optional.of(Reply.of(452, new EnhancedStatus(4, 3, 1), "no room"))
                : Optional.empty();
    }

    @Override
    public Duration longestHold() {
        return Duration.ofDays(1);
    }

    @Override
    public boolean hasPriorities() {
        return true;
    }
}
