package dev.quarry.testkit;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.DeviceProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The simulated device under each schedule, without virtual memory and with it. */
class SimDeviceContractTest {
    /** The contract without what needs memory behind addresses, with a look at hazards after each test. */
    abstract static class SimContract extends DeviceContract {
        private final SimPlugin plugin;

        SimContract(SimSchedule schedule, boolean virtualMemory) {
            plugin = new SimPlugin(schedule, virtualMemory);
        }

        @Override
        protected DeviceProvider provider() {
            return plugin;
        }

        @Override
        protected boolean isViewable(MemoryKind kind) {
            return false;
        }

        @Override
        protected boolean isMemoryExact() {
            return true;
        }

        @AfterEach
        void checkHazards() {
            plugin.checkHazards();
        }
    }

    /** Work completes at once. */
    @Nested
    class Immediate extends SimContract {
        Immediate() {
            super(SimSchedule.IMMEDIATE, false);
        }
    }

    /** Work completes at once, with virtual memory. */
    @Nested
    class ImmediateWithPages extends SimContract {
        ImmediateWithPages() {
            super(SimSchedule.IMMEDIATE, true);
        }
    }

    /** Work completes when the host waits for it. */
    @Nested
    class Lazy extends SimContract {
        Lazy() {
            super(SimSchedule.LAZY, false);
        }
    }

    /** Work completes when the host waits for it, with virtual memory. */
    @Nested
    class LazyWithPages extends SimContract {
        LazyWithPages() {
            super(SimSchedule.LAZY, true);
        }
    }

    /** Work completes when the host waits for any. */
    @Nested
    class Manual extends SimContract {
        Manual() {
            super(SimSchedule.MANUAL, false);
        }
    }

    /** Work completes when the host waits for any, with virtual memory. */
    @Nested
    class ManualWithPages extends SimContract {
        ManualWithPages() {
            super(SimSchedule.MANUAL, true);
        }
    }
}
