package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last allocation of a closed pool closes where the driver does not take all memory back. */
class PoolEndTest {
    private final SimProvider provider = new SimProvider(SimOptions.defaults());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final SimDriver driver = provider.driver(0);

    @AfterEach
    void close() {
        driver.faults().clear();
        quarry.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAskNothingOfPoolWhenShareableBlockEndsItAndCannotBeCleared(boolean named) {
        MemoryPool pool = open(true);
        AllocationRequest request = AllocationRequest.of(100_000).shareable();
        Allocation last = pool.allocate(named ? request.on(quarry.device("sim").defaultStream()) : request);
        driver.faults().failFrom(SimFunction.FILL, 1, SimFailure.ERROR);
        pool.close();
        last.close();
        assertThat(last.isOpen()).isFalse();
        assertThat(driver.liveBytes())
                .as("kept: its contents could not be cleared")
                .isPositive();
    }

    @Test
    void shouldAskNothingOfPoolWhenShareableBlockEndsItAndDriverKeepsIt() {
        MemoryPool pool = open(false);
        Allocation last = pool.allocate(AllocationRequest.of(100_000).shareable());
        driver.faults().failFrom(SimFunction.FREE, 1, SimFailure.ERROR);
        pool.close();
        last.close();
        assertThat(last.isOpen()).isFalse();
        assertThat(driver.liveBytes()).as("kept by the driver").isPositive();
    }

    private MemoryPool open(boolean clear) {
        return quarry.openPool(
                quarry.device("sim"),
                MemoryKind.DEVICE,
                PoolOptions.withoutEnvironment().clearOnFree(clear).build());
    }
}
