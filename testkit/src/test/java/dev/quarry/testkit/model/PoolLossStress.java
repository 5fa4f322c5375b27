package dev.quarry.testkit.model;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import org.junit.jupiter.api.Test;

/** Threads that lose handles, for long. */
class PoolLossStress {
    @Test
    void shouldGiveAllBackWhenThreadsLoseHandles() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            SimSchedule schedule = round % 2 == 0 ? SimSchedule.LAZY : SimSchedule.IMMEDIATE;
            MemoryKind kind = round % 3 == 0 ? MemoryKind.PINNED : MemoryKind.DEVICE;
            new LosingThreads(schedule, kind, System.nanoTime()).run(10_000, round % 5 == 0);
        }
    }
}
