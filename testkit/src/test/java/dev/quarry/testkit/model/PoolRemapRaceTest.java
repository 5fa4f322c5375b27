package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request that finds nothing, and memory that another thread frees before the request looks for where to map more. */
class PoolRemapRaceTest {
    private static final int PAGE = 4096;
    private static final int RANGE_PAGES = 5;
    private static final int WIDEST_PAGES = 8 * 16;

    @ParameterizedTest
    @EnumSource
    void shouldTakeWhatWasFreedWhenRangeIsFull(PoolMode mode) {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .totalBytes(16 * PAGE)
                .virtualMemory(true)
                .pageBytes(PAGE)
                .build());
        try (Quarry quarry = Quarry.builder().provider(provider).open()) {
            SimDriver driver = provider.driver(0);
            // Wide ranges are refused, so that the addresses of the first are used up.
            for (int pages = WIDEST_PAGES; pages > RANGE_PAGES; pages /= 2) {
                driver.faults().failOnce(SimFunction.RESERVE, 1, SimFailure.OUT_OF_MEMORY);
            }
            try (MemoryPool pool = quarry.openPool(quarry.device("sim:0"), MemoryKind.DEVICE, options(mode));
                    Stream stream = quarry.device("sim:0").newStream();
                    Allocation first = pool.allocate((RANGE_PAGES - 2) * PAGE, stream)) {
                Allocation last = pool.allocate(PAGE, stream);
                long place = last.address();
                driver.faults().onCall(SimFunction.STATE, () -> closeOnce(last));
                try (Allocation next = pool.allocate(PAGE, stream)) {
                    assertThat(next.address()).isEqualTo(place);
                    assertThat(first.address() + first.byteSize()).isEqualTo(next.address());
                    PoolValidator.validate(pool);
                }
                driver.faults().clear();
            }
            assertThat(driver.hazards().texts()).isEmpty();
        }
    }

    private static PoolOptions options(PoolMode mode) {
        Set<LadderStep> onlyMoving = EnumSet.of(LadderStep.REMAP);
        return PoolOptions.withoutEnvironment()
                .cacheBlockBytes(0)
                .mode(mode)
                .ladder(onlyMoving)
                .build();
    }

    private static void closeOnce(Allocation allocation) {
        if (allocation.isOpen()) {
            allocation.close();
        }
    }
}
