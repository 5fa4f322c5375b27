package dev.quarry;

/** What a {@link Stream} is doing. */
public enum StreamState {
    /** All work enqueued so far is complete. */
    IDLE,
    /** Some work is not complete, or the driver cannot tell. */
    RUNNING,
    /** The stream records a graph instead of running work; the pool records, waits and queries nothing on it. */
    CAPTURING,
    /** The device or the stream is gone; nothing enqueued on it will ever complete. */
    LOST
}
