package dev.quarry.bench.scenario;

import java.util.SplittableRandom;

/**
 * The sizes of the scenario {@code xthread-free}, in which two threads free each other's blocks: for each thread a sequence
 * of its own, taken again from the start after its end.
 */
public final class CrossFreeSizes {
    /** How many sizes a sequence has: a power of two. */
    public static final int LENGTH = 4096;

    private static final long FIRST_SEED = 54;
    private static final long LEAST = 256;
    private static final int DOUBLINGS = 8;

    private CrossFreeSizes() {}

    /**
     * Returns the sequence of a thread: 256 B, 512 B and so on to 32 KiB, all equally likely.
     *
     * @param thread 0 or 1
     */
    public static long[] of(int thread) {
        return new SplittableRandom(FIRST_SEED + thread)
                .longs(LENGTH)
                .map(random -> LEAST << Long.remainderUnsigned(random, DOUBLINGS))
                .toArray();
    }
}
