package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.ByteSize;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.SimProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stream caches keep while a pool of 64 MiB fills and empties. */
class PoolPressureTest {
    private static final long CACHE = ByteSize.kib(256);
    private static final int SMALL = 4096;

    private final Quarry quarry = Quarry.builder().provider(new SimProvider()).open();
    private final MemoryPool pool = quarry.openPool(
            quarry.device("sim"),
            MemoryKind.DEVICE,
            PoolOptions.withoutEnvironment()
                    .limit(ByteSize.mib(64))
                    .cacheBytes(CACHE)
                    .build());

    @BeforeEach
    void fillCache() {
        useSmallBlocks();
        assertThat(pool.statistics().cachedBytes()).isGreaterThan(CACHE / 2);
    }

    @AfterEach
    void close() {
        quarry.close();
    }

    @Test
    void shouldEmptyAndShrinkCachesWhenPressureIsHigh() {
        Allocation most = pool.allocate(ByteSize.mib(56));
        assertThat(pool.statistics().cachedBytes()).isZero();
        useSmallBlocks();
        assertThat(pool.statistics().cachedBytes()).isPositive().isLessThanOrEqualTo(CACHE / 4);
        most.close();
    }

    @Test
    void shouldKeepAllAgainWhenPressureHasFallen() {
        pool.allocate(ByteSize.mib(56)).close();
        useSmallBlocks();
        assertThat(pool.statistics().cachedBytes()).as("before a trim").isLessThanOrEqualTo(CACHE / 4);
        pool.trim();
        useSmallBlocks();
        assertThat(pool.statistics().cachedBytes()).isGreaterThan(CACHE / 2);
    }

    @Test
    void shouldKeepAllAgainWhenCacheIsStale() {
        pool.allocate(ByteSize.mib(56)).close();
        for (int round = 0; round < 100; round++) {
            useSmallBlocks();
        }
        assertThat(pool.statistics().cachedBytes()).isGreaterThan(CACHE / 2);
    }

    @Test
    void shouldKeepWhatRecursAgainWhenPressureHasFallen() {
        long recurring = ByteSize.kib(512);
        pool.allocate(ByteSize.mib(56)).close();
        for (int i = 0; i < 1000; i++) {
            pool.allocate(recurring).close();
        }
        assertThat(pool.statistics().cachedBytes()).isLessThan(recurring);
        for (int i = 0; i < pool.options().leakSampling(); i++) {
            pool.allocate(recurring).close();
        }
        assertThat(pool.statistics().cachedBytes()).isGreaterThanOrEqualTo(recurring);
    }

    @Test
    void shouldShrinkWhenThresholdIsLoweredBelowThePressure() {
        Allocation some = pool.allocate(ByteSize.mib(16));
        pool.reconfigure(
                pool.options().toBuilder().pressureLow(0).pressureHigh(0.1).build());
        useSmallBlocks();
        assertThat(pool.statistics().cachedBytes()).isPositive().isLessThanOrEqualTo(CACHE / 4);
        some.close();
    }

    private void useSmallBlocks() {
        List<Allocation> blocks = new ArrayList<>();
        for (int size = SMALL; blocks.size() < 60; size = size == SMALL ? 2 * SMALL : SMALL) {
            blocks.add(pool.allocate(size));
        }
        blocks.forEach(Allocation::close);
    }
}
