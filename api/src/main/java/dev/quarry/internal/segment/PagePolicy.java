package dev.quarry.internal.segment;

import dev.quarry.PoolMode;

/**
 * How much memory a pool maps at once, on a device with virtual memory.
 *
 * <p>It grows by what a request lacks, so that little is reserved and not used. Small requests would need a driver's calls
 * for each page then: at least a step is taken at the end of a range, where what follows finds it.
 *
 * @param pageBytes unit of mapping, a power of two
 * @param mode what a pool does about memory and time
 * @param most bytes that the pool may reserve
 * @param limited whether that is less than the device has
 */
public record PagePolicy(long pageBytes, PoolMode mode, long most, boolean limited) {
    /*
     * The steps come from replaying allocation traces against simulated ranges: smaller ones cost more calls (a handle costs
     * as much as mapping 60 MiB), larger ones reserve more than PyTorch's expandable segments do on some of them. See
     * docs/decisions.md.
     */
    private static final long STEP_BYTES = 24L << 20;
    private static final long SMALL_STEP_BYTES = 2L << 20;

    /** Part of what a pool may reserve that a step takes at most, so that the first one leaves room for other sizes. */
    private static final int STEP_PART = 32;

    /** A handle can be moved and released whole only, so the largest ones are bounded. */
    private static final long HANDLE_BYTES = 64L << 20;

    /** The largest where memory is short, and has to be moved often. */
    private static final long SMALL_HANDLE_BYTES = 4L << 20;

    /**
     * Handles that make up a limit. Who sets one expects to reach it: then what is free must be movable in small pieces, and
     * those have to be small from the beginning, since what lies under live blocks cannot be exchanged.
     */
    private static final long LIMIT_PARTS = 4096;

    /** Part of the reserved bytes by which a pool grows where time counts more than memory. */
    private static final int FAST_PART = 4;

    /** Returns bytes rounded up to whole pages. */
    public long roundUp(long bytes) {
        return (bytes + pageBytes - 1) & -pageBytes;
    }

    /** Returns bytes rounded down to whole pages; 0 for a negative number. */
    public long roundDown(long bytes) {
        return Math.max(0, bytes) & -pageBytes;
    }

    /**
     * Returns how much to map at the end of a range.
     *
     * @param need what a request lacks
     * @param small whether the range is for small requests
     * @param reserved bytes that ranges of this sort have
     */
    public long next(long need, boolean small, long reserved) {
        long step = roundUp(Math.min(small ? SMALL_STEP_BYTES : STEP_BYTES, most / STEP_PART));
        return switch (mode) {
            case FAST -> Math.max(need, Math.max(step, roundDown(reserved / FAST_PART)));
            case BALANCED -> Math.max(need, step);
            case THRIFTY -> need;
        };
    }

    /**
     * Returns the size of the next handle.
     *
     * @param left bytes that are to be mapped
     * @param reserved bytes that are reserved already
     */
    public long handle(long left, long reserved) {
        boolean tight = reserved > most / 4 * 3;
        return Math.min(left, roundUp(Math.clamp(largest(), 1, tight ? SMALL_HANDLE_BYTES : HANDLE_BYTES)));
    }

    private long largest() {
        return switch (mode) {
            case FAST -> HANDLE_BYTES;
            case BALANCED -> limited ? Long.highestOneBit(most / LIMIT_PARTS) : HANDLE_BYTES;
            case THRIFTY -> pageBytes;
        };
    }

    /** Returns whether all handles are of one page: then each that lies under free memory can be moved anywhere. */
    public boolean isByPage() {
        return largest() <= pageBytes;
    }
}
