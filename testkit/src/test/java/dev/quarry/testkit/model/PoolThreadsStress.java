package dev.quarry.testkit.model;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import org.junit.jupiter.api.Test;

/** Pools under several threads, for long: {@code -Dquarry.rounds=N} pools, 100 unless given. */
class PoolThreadsStress {
    @Test
    void shouldKeepMemoryApartWhenThreadsShareAPool() throws InterruptedException {
        long rounds = Long.getLong("quarry.rounds", 100);
        long first = System.nanoTime();
        for (long round = 0; round < rounds; round++) {
            SimSchedule schedule = round % 2 == 0 ? SimSchedule.LAZY : SimSchedule.IMMEDIATE;
            MemoryKind kind = round % 4 < 2 ? MemoryKind.DEVICE : MemoryKind.PINNED;
            new ThreadedPool(schedule, kind, first + round, 100, 1500).run();
        }
    }
}
