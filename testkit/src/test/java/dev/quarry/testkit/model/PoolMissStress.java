package dev.quarry.testkit.model;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Threads that miss together with sizes of all sorts, for long: {@code -Dquarry.rounds=N} times a hundred pools. */
class PoolMissStress {
    private static final int THREADS = 16;
    private static final int POOLS = 100;

    @Test
    void shouldReserveNoMoreThanFragmentsAndOneStepWhenRandomRequestsMissTogether() throws InterruptedException {
        long rounds = Long.getLong("quarry.rounds", 100);
        long seed = System.nanoTime();
        Dice dice = new Dice(seed);
        for (long round = 0; round < rounds; round++) {
            Thread.Builder threads =
                    dice.oneIn(2) ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
            try (MissingThreads missing = new MissingThreads(threads, THREADS, dice.oneIn(2))) {
                for (int i = 0; i < POOLS; i++) {
                    compare(missing, sizes(dice), seed);
                }
            }
        }
    }

    /**
     * Compares with what must be enough: when the last segment is taken, less is free in each of the others of its sort than
     * the largest request needs.
     */
    private static void compare(MissingThreads missing, long[] sizes, long seed) throws InterruptedException {
        MissingThreads.Result result = missing.together(sizes);
        long need = LongStream.of(sizes).sum();
        long largest = LongStream.of(sizes).max().orElseThrow();
        long smallStep = MissingThreads.growthStep(512, 0) + (1 << 20);
        long most =
                need + result.segments() * largest + MissingThreads.growthStep(largest, result.reserved()) + smallStep;
        PoolBook.within("reserved bytes with seed " + seed, result.reserved(), need, most);
    }

    /** Sizes that stay as they are when they are rounded. */
    private static long[] sizes(Dice dice) {
        int doublings = dice.between(0, 15);
        return LongStream.generate(() -> 512L << dice.between(0, doublings))
                .limit(THREADS)
                .toArray();
    }
}
