package dev.quarry.testkit;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.Quarry;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A simulated device's pool, tended at full load: no hazard, and nothing is left. {@code -Dquarry.minutes=N} each. */
class SimUpkeepStress {
    static Stream<Arguments> devices() {
        return Stream.of(
                Arguments.of(SimSchedule.LAZY, MemoryKind.DEVICE, true),
                Arguments.of(SimSchedule.IMMEDIATE, MemoryKind.DEVICE, true),
                Arguments.of(SimSchedule.LAZY, MemoryKind.PINNED, true),
                Arguments.of(SimSchedule.LAZY, MemoryKind.DEVICE, false));
    }

    @ParameterizedTest
    @MethodSource("devices")
    void shouldStaySoundWhenTendedAtFullLoad(SimSchedule schedule, MemoryKind kind, boolean virtualMemory)
            throws InterruptedException {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .schedule(schedule)
                .totalBytes(256 << 20)
                .virtualMemory(virtualMemory)
                .pageBytes(64 << 10)
                .build());
        try (Quarry quarry = Quarry.builder().provider(provider).open()) {
            Simulated memory = new Simulated(quarry.device("sim"), provider.driver(0), kind);
            String done = new UpkeepLoad(quarry, memory, System.nanoTime()).run(UpkeepLoad.time());
            System.out.println(schedule + ", " + kind + (virtualMemory ? ", mapped: " : ": ") + done);
            memory.rest();
            if (provider.driver(0).liveBytes() != 0) {
                throw new AssertionError("left: " + provider.driver(0).liveBytes() + " bytes");
            }
        }
    }

    /** Memory without contents: uses that are not ordered are hazards. */
    private record Simulated(Device device, SimDriver driver, MemoryKind kind) implements LoadedMemory {
        @Override
        public long limit() {
            return 24 << 20;
        }

        @Override
        public long mostBytes() {
            return 3 << 20;
        }

        @Override
        public void use(Allocation allocation, byte mark) {
            touch(allocation, true);
        }

        @Override
        public void check(Allocation allocation, byte mark) {
            touch(allocation, false);
        }

        private void touch(Allocation allocation, boolean write) {
            dev.quarry.Stream order = allocation.stream();
            if (order == null) {
                driver.hostTouch(allocation.address(), allocation.byteSize(), write);
            } else if (order.isOpen()) {
                driver.touch(order.handle(), allocation.address(), allocation.byteSize(), write);
            }
        }

        @Override
        public void rest() {
            if (driver.hazards().count() != 0) {
                throw new AssertionError("hazards: " + driver.hazards().texts());
            }
            // Else a lazy device would remember all work of the run.
            driver.advanceAll();
        }
    }
}
