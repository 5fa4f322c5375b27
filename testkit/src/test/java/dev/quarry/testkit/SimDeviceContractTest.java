package dev.quarry.testkit;

import dev.quarry.MemoryKind;
import dev.quarry.sim.SimSchedule;
import dev.quarry.spi.DeviceProvider;
import org.junit.jupiter.api.Nested;

/** The simulated device under each schedule. */
class SimDeviceContractTest {
    /** The contract without what needs memory behind addresses. */
    abstract static class SimContract extends DeviceContract {
        private final SimSchedule schedule;

        SimContract(SimSchedule schedule) {
            this.schedule = schedule;
        }

        @Override
        protected DeviceProvider provider() {
            return new SimPlugin(schedule);
        }

        @Override
        protected boolean isViewable(MemoryKind kind) {
            return false;
        }
    }

    /** Work completes at once. */
    @Nested
    class Immediate extends SimContract {
        Immediate() {
            super(SimSchedule.IMMEDIATE);
        }
    }

    /** Work completes when the host waits for it. */
    @Nested
    class Lazy extends SimContract {
        Lazy() {
            super(SimSchedule.LAZY);
        }
    }

    /** Work completes when the host waits for any. */
    @Nested
    class Manual extends SimContract {
        Manual() {
            super(SimSchedule.MANUAL);
        }
    }
}
