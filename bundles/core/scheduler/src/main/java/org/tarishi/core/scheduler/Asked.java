package org.tarishi.core.scheduler;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for answers on a thread that may block. */
final class Asked {

    private Asked() {}

    /** Returns what is told, once it is. */
    static <T> T get(Consumer<Consumer<T>> ask) throws InterruptedException {
        var told = new CompletableFuture<T>();
        ask.accept(told::complete);
        try {
            return told.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits for a stage.
     *
     * @throws ExecutionException with what it failed with as the cause
     */
    static <T extends @Nullable Object> T get(CompletionStage<T> stage)
            throws InterruptedException, ExecutionException {
        return stage.toCompletableFuture().get();
    }

    /** Returns what a stage failed with, without its wrapping. */
    static Throwable cause(Throwable failure) {
        var cause = failure.getCause();
        return (failure instanceof CompletionException || failure instanceof ExecutionException) && cause != null
                ? cause
                : failure;
    }
}
