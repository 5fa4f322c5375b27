package dev.quarry.testkit.model;

import org.junit.jupiter.api.Test;

/**
 * {@link PoolRemapPropertyTest} for long: {@code -Dquarry.operations=N} operations (two million unless given), from the seed
 * {@code -Dquarry.remap.seed=FIRST} on (the time unless given).
 */
class PoolRemapPropertyStress {
    @Test
    void shouldHoldI5AndI8WhenOperationsAreManyAndRandom() {
        long wanted = Long.getLong("quarry.operations", 2_000_000);
        long first = Long.getLong("quarry.remap.seed", System.nanoTime());
        long seed = first;
        long done = 0;
        long unmaps = 0;
        for (; done < wanted; seed++) {
            PoolModel.Tally tally = PoolModel.runRemapping(seed);
            done += tally.operations();
            unmaps += tally.unmaps();
        }
        System.out.println(done + " operations, " + unmaps + " handles unmapped, seeds " + first + " to " + (seed - 1)
                + ", no failure");
    }
}
