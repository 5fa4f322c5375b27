package dev.quarry;

/**
 * Of which allocations the memory comes back that were lost: whose handle, and every view of it, the garbage collector took
 * before a {@code close}. A loss that is noticed is always reported as a leak.
 */
public enum Reclaim {
    /** Of none: lost handles are noticed as with {@link #SAMPLED}, and only reported. */
    OFF,
    /**
     * Of those that are watched, which costs next to nothing: one allocation in {@link PoolOptions#leakSampling()}, large
     * ones more often, and what makes the pool grow.
     */
    SAMPLED,
    /**
     * Of all. Each allocation costs some 100 bytes of Java heap while it is open and about as many nanoseconds, and each
     * collection of garbage looks at each open one.
     */
    ALL
}
