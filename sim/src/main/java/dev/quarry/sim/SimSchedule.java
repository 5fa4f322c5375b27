package dev.quarry.sim;

/** When work on a simulated stream completes. */
public enum SimSchedule {
    /** At once, when it is enqueued. */
    IMMEDIATE,
    /**
     * When the test says so, with {@link SimDriver#advance} or {@link SimDriver#advanceAll}. A wait of the host for what is
     * not complete takes no time: with a time limit it is over at once, without one it throws
     * {@link IllegalStateException}.
     */
    MANUAL,
    /**
     * When somebody waits for it on the host: then exactly what that wait needs completes. As with a host that runs ahead of
     * its device, no event is complete by itself. A wait for at most 0 ns is a query, and completes nothing.
     */
    LAZY
}
