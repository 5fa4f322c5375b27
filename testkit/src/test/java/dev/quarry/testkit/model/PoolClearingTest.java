package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that could not be cleared at its close, and is wanted while the device clears it. */
class PoolClearingTest {
    private static final long LIMIT = 4 << 20;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldWaitForClearingWhenMemoryIsWanted(boolean shareable) {
        SimProvider provider =
                new SimProvider(SimOptions.builder().schedule(SimSchedule.LAZY).build());
        try (Quarry quarry = Quarry.builder().provider(provider).open()) {
            SimDriver driver = provider.driver(0);
            Stream stream = quarry.device("sim").newStream();
            MemoryPool pool = quarry.openPool(
                    quarry.device("sim"),
                    MemoryKind.DEVICE,
                    PoolOptions.withoutEnvironment()
                            .limit(LIMIT)
                            .clearOnFree(true)
                            .build());
            AllocationRequest all = AllocationRequest.of(LIMIT).on(stream);
            Allocation secret = pool.allocate(shareable ? all.shareable() : all);
            driver.touch(stream.handle(), secret.address(), LIMIT, true);
            driver.faults().failOnce(SimFunction.FILL, 1, SimFailure.ERROR);
            secret.close();
            assertThat(pool.statistics().pendingBytes()).isEqualTo(LIMIT);
            Allocation next = pool.allocate(LIMIT, stream);
            assertThat(driver.counters().of(SimFunction.FILL))
                    .as("the one that failed, and another")
                    .isEqualTo(2);
            PoolValidator.validate(pool);
            next.close();
            assertThat(driver.hazards().texts()).isEmpty();
        }
    }
}
