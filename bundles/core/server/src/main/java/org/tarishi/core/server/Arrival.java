package org.tarishi.core.server;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.BodyFeed;
import org.tarishi.core.spi.Intake;

/** A message while it arrives: what keeps it, and those who watch it come. One thread at a time. */
final class Arrival {

    private final Intake intake;
    private final @Nullable BodyFeed feed;
    private boolean feedFull;
    private boolean intakeFull;

    Arrival(Intake intake, @Nullable BodyFeed feed) {
        this.intake = intake;
        this.feed = feed;
        if (feed != null) {
            intake.tap(bytes -> feedFull |= !feed.feed(bytes));
        }
    }

    /** Takes bytes; those behind the end stay in the buffer. */
    Intake.Progress feed(ByteBuffer bytes) {
        var progress = intake.feed(bytes);
        intakeFull = progress == Intake.Progress.WAIT;
        return progress == Intake.Progress.MORE && feedFull ? Intake.Progress.WAIT : progress;
    }

    /** Runs an action once, by {@code turn}, when all who take the message in have caught up. */
    void whenReady(Executor turn, Runnable action) {
        if (intakeFull) {
            intakeFull = false;
            intake.whenReady(turn, () -> whenReady(turn, action));
        } else if (feed != null && feedFull) {
            feedFull = false;
            feed.whenReady(turn, action);
        } else {
            action.run();
        }
    }

    /** Says that a message that comes in chunks ends here. */
    void end() {
        intake.end();
    }

    /** What is wrong with the message so far, null for nothing. */
    Intake.@Nullable Fault fault() {
        return intake.fault();
    }

    /** Completes the message; see {@link Intake#complete}. */
    void complete(Executor turn, Consumer<Intake.Received> then) {
        intake.complete(turn, then);
    }

    @Nullable BodyFeed feed() {
        return feed;
    }

    long size() {
        return intake.size();
    }

    /** Throws away what the intake has; the message is not complete. */
    void abort() {
        intake.abort();
    }
}
