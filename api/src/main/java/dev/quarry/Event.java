package dev.quarry;

import java.time.Duration;

/**
 * A point in a stream's order of work.
 *
 * <p>Made by {@link Stream#record()}. Thread-safe. The holder closes it; what the pool or another stream still needs of
 * it stays alive.
 */
public interface Event extends AutoCloseable {
    /** Returns the stream on which this event was recorded. */
    Stream stream();

    /**
     * Returns whether all work before this point is complete. Never blocks.
     *
     * @throws IllegalStateException if this event is closed
     */
    boolean isComplete();

    /**
     * Waits on the host until all work before this point is complete. An interrupt is kept and does not end the wait.
     *
     * @throws IllegalStateException if this event is closed
     */
    void await();

    /**
     * Waits as {@link #await()}, for at most a time.
     *
     * @return whether the point was reached
     * @throws IllegalStateException if this event is closed
     */
    boolean await(Duration atMost);

    /**
     * Gives the event back.
     *
     * @throws IllegalStateException if it was closed before
     */
    @Override
    void close();
}
