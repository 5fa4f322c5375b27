package dev.quarry.testkit;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.DeviceProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** Pools over the simulated device: two kinds of memory, and each schedule. */
class SimPoolContractTest {
    /** The contract without what needs memory behind addresses, with a look at hazards after each test. */
    abstract static class SimContract extends PoolContract {
        private final MemoryKind kind;
        private final SimPlugin plugin;

        SimContract(MemoryKind kind, SimSchedule schedule) {
            this(kind, schedule, false);
        }

        SimContract(MemoryKind kind, SimSchedule schedule, boolean virtualMemory) {
            this.kind = kind;
            this.plugin = new SimPlugin(schedule, virtualMemory);
        }

        @Override
        protected DeviceProvider provider() {
            return plugin;
        }

        @Override
        public MemoryKind kind() {
            return kind;
        }

        @Override
        protected boolean isViewable() {
            return false;
        }

        @AfterEach
        void checkHazards() {
            plugin.checkHazards();
        }
    }

    /** Device memory, work completes at once. */
    @Nested
    class DeviceImmediate extends SimContract {
        DeviceImmediate() {
            super(MemoryKind.DEVICE, SimSchedule.IMMEDIATE);
        }
    }

    /** Device memory, work completes when the host waits for it. */
    @Nested
    class DeviceLazy extends SimContract {
        DeviceLazy() {
            super(MemoryKind.DEVICE, SimSchedule.LAZY);
        }
    }

    /** Device memory, work completes when the host waits for any. */
    @Nested
    class DeviceManual extends SimContract {
        DeviceManual() {
            super(MemoryKind.DEVICE, SimSchedule.MANUAL);
        }
    }

    /** Page-locked memory, work completes when the host waits for it. */
    @Nested
    class PinnedLazy extends SimContract {
        PinnedLazy() {
            super(MemoryKind.PINNED, SimSchedule.LAZY);
        }
    }

    /** Page-locked memory, work completes when the host waits for any. */
    @Nested
    class PinnedManual extends SimContract {
        PinnedManual() {
            super(MemoryKind.PINNED, SimSchedule.MANUAL);
        }
    }

    /** Device memory that is mapped, work completes at once. */
    @Nested
    class MappedImmediate extends SimContract {
        MappedImmediate() {
            super(MemoryKind.DEVICE, SimSchedule.IMMEDIATE, true);
        }
    }

    /** Device memory that is mapped, work completes when the host waits for it. */
    @Nested
    class MappedLazy extends SimContract {
        MappedLazy() {
            super(MemoryKind.DEVICE, SimSchedule.LAZY, true);
        }
    }

    /** Page-locked memory that is mapped, work completes when the host waits for any. */
    @Nested
    class MappedPinnedManual extends SimContract {
        MappedPinnedManual() {
            super(MemoryKind.PINNED, SimSchedule.MANUAL, true);
        }
    }
}
