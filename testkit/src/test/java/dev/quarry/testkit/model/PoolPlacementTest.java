package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.LadderStep;
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
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pool whose limit leaves three percent above what is live: whether blocks of many pages still fit depends on where others lie. */
class PoolPlacementTest {
    private static final int PAGE = 64 << 10;

    /** The most that is live at once. */
    private static final long CAP = 256 << 20;

    private static final long LIMIT = CAP / 100 * 103;

    private final SimProvider provider = new SimProvider(SimOptions.builder()
            .totalBytes(4 * CAP)
            .virtualMemory(true)
            .pageBytes(PAGE)
            .build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final SimDriver driver = provider.driver(0);
    private final List<Allocation> live = new ArrayList<>();
    private final Dice dice = new Dice(4711);

    private MemoryPool open(PoolOptions.Builder options) {
        return quarry.openPool(quarry.device("sim:0"), MemoryKind.DEVICE, options.build());
    }

    private static PoolOptions.Builder limited() {
        return PoolOptions.withoutEnvironment().limit(LIMIT).cacheBlockBytes(0);
    }

    /** Allocates and frees at random, at most {@link #CAP} at once; returns how many requests failed. */
    private int churn(MemoryPool pool, int allocations) {
        int failures = 0;
        long bytes = live.stream().mapToLong(Allocation::byteSize).sum();
        for (int i = 0; i < allocations; i++) {
            long size = dice.logUniform(4 * PAGE, 32 * PAGE);
            while (bytes + size > CAP) {
                Allocation old = live.remove(dice.below(live.size()));
                bytes -= old.byteSize();
                old.close();
            }
            Optional<Allocation> got = pool.tryAllocate(size);
            failures += got.isEmpty() ? 1 : 0;
            bytes += got.map(Allocation::byteSize).orElse(0L);
            got.ifPresent(live::add);
        }
        return failures;
    }

    @AfterEach
    void close() {
        driver.faults().clear();
        live.forEach(Allocation::close);
        quarry.close();
        assertThat(driver.hazards().texts()).isEmpty();
        assertThat(driver.liveBytes()).isZero();
        assertThat(driver.liveHandles()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = PoolMode.class,
            names = {"BALANCED", "THRIFTY"})
    void shouldServeAllWhenNearlyEverythingIsInUse(PoolMode mode) {
        MemoryPool pool = open(limited().mode(mode));
        assertThat(churn(pool, 10_000)).isZero();
        PoolValidator.validate(pool);
        assertThat(pool.statistics().reservedBytes().peak()).isLessThanOrEqualTo(LIMIT);
        assertThat(pool.statistics().ladder(LadderStep.REMAP).served()).isPositive();
    }

    /** No limit binds then, and only the driver knows that there is no more. */
    @Test
    void shouldServeAllWhenDeviceItselfIsNearlyFull() {
        SimProvider small = new SimProvider(SimOptions.builder()
                .totalBytes(LIMIT)
                .virtualMemory(true)
                .pageBytes(PAGE)
                .build());
        try (Quarry full = Quarry.builder().provider(small).open()) {
            MemoryPool pool = full.openPool(
                    full.device("sim:0"),
                    MemoryKind.DEVICE,
                    PoolOptions.withoutEnvironment()
                            .cacheBlockBytes(0)
                            .mode(PoolMode.THRIFTY)
                            .build());
            assertThat(churn(pool, 10_000)).isZero();
            PoolValidator.validate(pool);
            assertThat(small.driver(0).counters().of(SimFunction.CREATE))
                    .as("pages created, and refusals")
                    .isLessThan(2 * LIMIT / PAGE);
            live.forEach(Allocation::close);
            live.clear();
        }
    }

    @Test
    void shouldMoveNothingWhenStepIsOff() {
        MemoryPool pool = open(limited().ladder(EnumSet.complementOf(EnumSet.of(LadderStep.REMAP))));
        assertThat(churn(pool, 3000)).isPositive();
        assertThat(pool.statistics().ladder(LadderStep.REMAP).tries()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = SimFunction.class,
            names = {"CREATE", "MAP", "SET_ACCESS", "UNMAP", "RELEASE"})
    void shouldLoseNothingWhenDriverFailsMeanwhile(SimFunction function) {
        MemoryPool pool = open(limited());
        churn(pool, 1000);
        for (int round = 0; round < 50; round++) {
            driver.faults().failOnce(function, 1 + dice.below(20), SimFailure.ERROR);
            try {
                churn(pool, 20);
            } catch (DriverException e) {
                assertThat(e).hasMessageContaining(function.toString());
            }
            driver.faults().clear();
            PoolValidator.validate(pool);
        }
        assertThat(churn(pool, 1000)).isZero();
        PoolValidator.validate(pool);
    }
}
