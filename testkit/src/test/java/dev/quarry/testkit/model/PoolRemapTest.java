package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolMode;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFailure;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;
import dev.quarry.spi.DriverException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Free memory that is moved at the limit to where a request lacks it, and what a driver that fails meanwhile leaves. */
class PoolRemapTest {
    private static final int PAGE = 4096;

    private final SimProvider provider = new SimProvider(SimOptions.builder()
            .totalBytes(1 << 20)
            .virtualMemory(true)
            .pageBytes(PAGE)
            .build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final SimDriver driver = provider.driver(0);
    private final MemoryPool pool = quarry.openPool(
            quarry.device("sim:0"),
            MemoryKind.DEVICE,
            PoolOptions.withoutEnvironment()
                    .limit(16 * PAGE)
                    .cacheBlockBytes(0)
                    .mode(PoolMode.FAST) // handles of several pages, so that some have to be exchanged
                    .build());

    private final Allocation before = pool.allocate(5 * PAGE);
    private final Allocation between = pool.allocate(PAGE);
    private final Allocation behind = pool.allocate(5 * PAGE);
    private final Allocation last = pool.allocate(5 * PAGE);

    /** Leaves two free pieces of 5 pages each, between live ones, in a pool that is at its limit. */
    @BeforeEach
    void free() {
        before.close();
        behind.close();
    }

    @AfterEach
    void close() {
        driver.faults().clear();
        PoolValidator.validate(pool);
        between.close();
        last.close();
        PoolValidator.validate(pool);
        quarry.close();
        assertThat(driver.hazards().texts()).isEmpty();
        assertThat(driver.liveBytes()).isZero();
        assertThat(driver.liveHandles()).isZero();
    }

    @Test
    void shouldMoveFreeMemoryWhenItLiesInPieces() {
        long place = last.address();
        try (Allocation large = pool.allocate(9 * PAGE)) {
            assertThat(large.byteSize()).isEqualTo(9 * PAGE);
            assertThat(pool.statistics().reservedBytes().current()).isLessThanOrEqualTo(16 * PAGE);
            assertThat(pool.statistics().driver().unmaps()).isPositive();
        }
        assertThat(last.address()).isEqualTo(place);
    }

    @ParameterizedTest
    @EnumSource(
            value = SimFunction.class,
            names = {"CREATE", "MAP", "SET_ACCESS", "UNMAP", "RELEASE"})
    void shouldLoseNothingWhenDriverFailsMeanwhile(SimFunction function) {
        driver.faults().failFrom(function, 1, SimFailure.ERROR);
        if (function == SimFunction.RELEASE) {
            pool.allocate(9 * PAGE).close(); // what the driver does not take back is mapped where it is wanted
        } else {
            boolean tolerated = function == SimFunction.UNMAP;
            assertThatThrownBy(() -> pool.allocate(9 * PAGE))
                    .isInstanceOf(tolerated ? DeviceOutOfMemoryException.class : DriverException.class);
        }
        PoolValidator.validate(pool);
        driver.faults().clear();
        pool.allocate(9 * PAGE).close();
    }
}
