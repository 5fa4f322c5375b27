package dev.quarry;

/**
 * What a pool on a device with virtual memory does when no free block fits: how it weighs memory against time. No mode moves
 * or releases memory that work may still touch.
 */
public enum PoolMode {
    /** Grows by a quarter, so that it seldom has to. Memory is moved only where no more can be had. */
    FAST,

    /** Grows by what is needed, in steps of some MiB. Memory is moved only where no more can be had. */
    BALANCED,

    /**
     * Before it grows: empties caches, moves all free memory that is complete to where it is wanted, and waits for work that
     * is not, at most {@link PoolOptions#maxStall()}. Grows by what is needed then, in small handles.
     */
    THRIFTY
}
