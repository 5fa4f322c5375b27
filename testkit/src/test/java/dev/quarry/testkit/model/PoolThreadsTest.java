package dev.quarry.testkit.model;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pools under several threads, for a moment. */
class PoolThreadsTest {
    @ParameterizedTest
    @EnumSource(
            value = SimSchedule.class,
            names = {"IMMEDIATE", "LAZY"})
    void shouldKeepMemoryApartWhenThreadsShareDeviceMemory(SimSchedule schedule) throws InterruptedException {
        new ThreadedPool(schedule, MemoryKind.DEVICE, System.nanoTime(), 20, 1500).run();
    }

    @ParameterizedTest
    @EnumSource(
            value = SimSchedule.class,
            names = {"IMMEDIATE", "LAZY"})
    void shouldKeepMemoryApartWhenThreadsSharePinnedMemory(SimSchedule schedule) throws InterruptedException {
        new ThreadedPool(schedule, MemoryKind.PINNED, System.nanoTime(), 20, 1500).run();
    }
}
