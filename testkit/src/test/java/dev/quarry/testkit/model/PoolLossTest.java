package dev.quarry.testkit.model;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that lose handles, for a moment. */
class PoolLossTest {
    @ParameterizedTest
    @EnumSource(
            value = SimSchedule.class,
            names = {"IMMEDIATE", "LAZY"})
    void shouldGiveAllBackWhenThreadsLoseHandles(SimSchedule schedule) throws InterruptedException {
        new LosingThreads(schedule, MemoryKind.DEVICE, System.nanoTime()).run(3000, false);
    }

    @ParameterizedTest
    @EnumSource(
            value = SimSchedule.class,
            names = {"IMMEDIATE", "LAZY"})
    void shouldGiveAllBackWhenPoolClosesUnderThreadsThatLoseHandles(SimSchedule schedule) throws InterruptedException {
        new LosingThreads(schedule, MemoryKind.PINNED, System.nanoTime()).run(3000, true);
    }
}
