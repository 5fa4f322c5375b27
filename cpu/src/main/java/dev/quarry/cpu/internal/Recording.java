package dev.quarry.cpu.internal;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One point in a stream's queue, reached once: all work before it is complete, or the stream was lost before.
 *
 * <p>Thread-safe. What happened before {@link #reach} happens-before what follows a look that finds it reached.
 */
final class Recording {
    /** The failure of the stream, if any; never completed with an exception. */
    private final CompletableFuture<Optional<StreamFailure>> outcome = new CompletableFuture<>();

    /** Makes one that was reached without failure. */
    static Recording reached() {
        Recording recording = new Recording();
        recording.reach(Optional.empty());
        return recording;
    }

    /** Lets all who wait go on. */
    void reach(Optional<StreamFailure> failure) {
        outcome.complete(failure);
    }

    /** Returns whether {@link #reach} was called. Never blocks. */
    boolean isReached() {
        return outcome.isDone();
    }

    /** Calls back once: from the thread that reaches it, or at once if it is reached. */
    void whenReached(Consumer<Optional<StreamFailure>> action) {
        var _ = outcome.thenAccept(action);
    }

    /**
     * Returns whether all work before it is complete. Never blocks.
     *
     * @throws dev.quarry.spi.DriverException if the stream was lost before
     */
    boolean isComplete() {
        return outcome.isDone() && succeeded(outcome.join());
    }

    /**
     * Waits until all work before it is complete. An interrupt is kept, and does not end the wait.
     *
     * @param nanos how long at most; {@code Long.MAX_VALUE} for without limit
     * @return whether it is complete
     * @throws dev.quarry.spi.DriverException if the stream was lost before
     */
    boolean await(long nanos) {
        return awaitReached(nanos) && succeeded(outcome.join());
    }

    /** Waits as {@link #await}, whatever became of the stream; returns whether it was reached. */
    boolean awaitReached(long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
                    outcome.get(left, TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    return false;
                } catch (ExecutionException e) {
                    throw new AssertionError("an outcome is always a value", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean succeeded(Optional<StreamFailure> failure) {
        if (failure.isPresent()) {
            throw failure.get().toException();
        }
        return true;
    }
}
