package dev.quarry;

import java.util.Locale;

/**
 * What a pool does, step by step, when neither cache nor index has a fitting block: the ladder. The constants stand in the order
 * in which the steps are tried; after each the request is served if that is possible now.
 *
 * <p>Before {@link #OTHER_SEGMENTS} the pool tries to grow: the steps from there on are for requests for which limit or device
 * allow no growth. Which steps a pool takes is its option {@link PoolOptions#ladder}; what each did for it,
 * {@link MemoryStatistics#ladder}.
 */
public enum LadderStep {
    /** Frees what was used on several streams, or behind events, as far as these are complete. Asks the driver, never waits. */
    TAKE_COMPLETED,

    /**
     * Takes the best fit that another stream freed, if its work there is complete or the request's own stream can be made to
     * wait for it, on the device.
     */
    TAKE_FROM_STREAMS,

    /** Empties the stream caches, of all streams, so that what lies in them can be taken and merged. */
    DRAIN_CACHES,

    /** Takes all that other streams freed, by the rule of {@link #TAKE_FROM_STREAMS}, so that neighbours merge whoever freed them. */
    MERGE,

    /** Frees memory whose handles were lost without a close ({@link PoolOptions#reclaim}), and merges it. */
    RECLAIM,

    /** Takes a block for a small request (up to 1 MiB) from the memory for the others, or the reverse. */
    OTHER_SEGMENTS,

    /**
     * Moves free memory that no work can touch to where the request lacks it; with virtual memory. In the mode
     * {@link PoolMode#THRIFTY} before the pool grows. Where nearly all is in use and handles are of one page, before all other
     * steps, and even if a free block fits.
     */
    REMAP,

    /**
     * Waits on the host for the work that keeps memory from being free, takes what is complete then, and grows if that is
     * possible now. All waits of one allocation together take at most {@link PoolOptions#maxStall()}. In the mode
     * {@link PoolMode#THRIFTY} before the pool grows.
     */
    WAIT,

    /**
     * Gives memory back that nobody uses and no work can touch, and grows in its place. Without virtual memory before
     * {@link #WAIT} too, and near the limit for a request that would take much too large a segment.
     */
    RELEASE,

    /** Waits on the host for one block that another stream freed, out of that stream's reach; within {@link PoolOptions#maxStall()}. */
    WAIT_FOR_BLOCK,

    /**
     * Lets the process's other pools of the device give back what nobody uses, and begins again if they did; where it is not
     * the pool's own limit that refuses. Tried once for an allocation.
     */
    OTHER_POOLS,

    /** Asks {@link PoolOptions#outOfMemoryHandler()}, and begins again if bytes came free. */
    HANDLER;

    /** Returns the name as options and reports have it, such as {@code take-completed}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
