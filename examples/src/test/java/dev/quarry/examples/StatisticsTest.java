package dev.quarry.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.sim.check.PoolValidator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each example on pools whose statistics tell what it left behind. */
class StatisticsTest {
    private final Quarry quarry = Quarry.open();
    private final Device device = quarry.device("cpu:0");

    @AfterEach
    void close() {
        quarry.close();
    }

    @Test
    void shouldHoldNothingWhenScratchMemoryEnds() {
        MemoryPool pool = open(MemoryKind.HOST, PoolOptions.defaults());
        ScratchMemory.run(pool);
        assertNothingHeld(pool);
    }

    @Test
    void shouldHoldNothingWhenTwoStreamsEnds() {
        MemoryPool pool = open(MemoryKind.HOST, PoolOptions.defaults());
        TwoStreams.run(pool);
        assertNothingHeld(pool);
    }

    @Test
    void shouldHoldNothingWhenPinnedReuseEnds() {
        assumeLockable(device);
        MemoryPool pinned = open(MemoryKind.PINNED, PinnedReuse.STAGING);
        MemoryPool target = open(MemoryKind.HOST, PoolOptions.defaults());
        PinnedReuse.run(pinned, target);
        assertNothingHeld(pinned);
        assertNothingHeld(target);
    }

    @Test
    void shouldHoldNothingWhenLimitedServerEnds() throws InterruptedException {
        PageCache cache = new PageCache();
        MemoryPool pool = open(MemoryKind.HOST, LimitedServer.options(cache));
        LimitedServer.run(pool, cache);
        assertNothingHeld(pool);
    }

    @Test
    void shouldHoldNothingWhenAsyncBatchEnds() {
        MemoryPool pool = open(MemoryKind.HOST, AsyncBatch.OPTIONS);
        AsyncBatch.run(pool);
        assertNothingHeld(pool);
    }

    @Test
    void shouldHoldNothingWhenLeakReportEnds() {
        MemoryPool pool = open(MemoryKind.HOST, LeakReport.OPTIONS);
        LeakReport.closedTwice(pool);
        LeakReport.usedAfterClose(pool);
        LeakReport.neverClosed(pool);
        assertThat(pool.statistics().allocations().current()).isZero();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }

    @Test
    void shouldHoldNothingWhenLeakReportLosesBuffer() throws InterruptedException {
        MemoryPool pool = open(MemoryKind.HOST, LeakReport.WATCHED);
        LeakReport.lost(pool);
        assertThat(pool.statistics().lost().reclaimed()).isOne();
        assertNothingHeld(pool);
    }

    /** Skips a test where the limit on locked memory is too low for it. */
    static void assumeLockable(Device device) {
        long lockable = device.memory(MemoryKind.PINNED).freeBytes();
        assumeTrue(lockable >= PinnedReuse.STAGING.limit(), "enough memory can be locked: see `ulimit -l`");
    }

    private MemoryPool open(MemoryKind kind, PoolOptions options) {
        return quarry.openPool(device, kind, options);
    }

    private static void assertNothingHeld(MemoryPool pool) {
        PoolValidator.validate(pool);
        MemoryStatistics statistics = pool.statistics();
        assertThat(statistics.allocations().current()).isZero();
        assertThat(statistics.requestedBytes().current()).isZero();
        assertThat(statistics.allocatedBytes().current()).isZero();
        pool.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }
}
