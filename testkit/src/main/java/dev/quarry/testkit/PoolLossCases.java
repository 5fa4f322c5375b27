package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.Reclaim;
import dev.quarry.Stream;
import dev.quarry.ViewSafety;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Handles that are lost without a close: their memory comes back, and not while anybody can reach it. */
interface PoolLossCases extends PoolSubject {
    @Test
    default void shouldGiveMemoryOfLostHandleToNextRequestWhenPoolRunsShort() {
        MemoryPool pool = pool(Losing::watchAll);
        Losing.lose(pool, LIMIT - (1 << 20));
        Losing.await(() -> pool.tryAllocate(LIMIT - (1 << 20)).map(this::close).isPresent());
        assertThat(pool.statistics().lost().reclaimed()).isOne();
        assertThat(pool.statistics().lost().reclaimedBytes()).isGreaterThanOrEqualTo(LIMIT - (1 << 20));
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    private boolean close(Allocation allocation) {
        allocation.close();
        return true;
    }

    @Test
    default void shouldReturnBytesWhenCollected() {
        MemoryPool pool = pool(Losing::watchAll);
        assertThat(pool.collect()).isZero();
        Losing.lose(pool, 100_000);
        long[] collected = new long[1];
        Losing.await(() -> {
            collected[0] += pool.collect();
            return pool.statistics().lost().found() == 1;
        });
        collected[0] += pool.collect();
        assertThat(collected[0])
                .isGreaterThanOrEqualTo(100_000)
                .isEqualTo(pool.statistics().lost().reclaimedBytes());
        pool.close();
        assertThatThrownBy(pool::collect).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void shouldReclaimWhenTrimmed() {
        MemoryPool pool = pool(Losing::watchAll);
        Losing.lose(pool, 100_000);
        Losing.await(() -> {
            pool.trim();
            return pool.statistics().lost().found() == 1;
        });
        pool.trim();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldOnlyCountLossWhenReclaimIsOff() {
        MemoryPool pool = pool(options -> options.reclaim(Reclaim.OFF).leakSampling(1));
        Losing.lose(pool, LIMIT - (1 << 20));
        Losing.awaitFound(pool, 1);
        assertThat(pool.collect()).isZero();
        assertThatThrownBy(() -> pool.allocate(LIMIT - (1 << 20))).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(pool.statistics().allocations().current()).isOne();
        assertThat(pool.statistics().lost().reclaimed()).isZero();
    }

    @Test
    default void shouldReclaimWhatIsSampledWhenOptionsAreDefaults() {
        MemoryPool pool = pool(options -> options.cacheBytes(0));
        Losing.lose(pool, 100_000); // the pool grows for it, and so watches it
        Losing.awaitFound(pool, 1);
        Losing.await(() -> {
            pool.collect();
            return pool.statistics().allocations().current() == 0;
        });
    }

    @Test
    default void shouldReclaimAllWhenManyOfAllSizesAreLost() {
        MemoryPool pool = pool(options -> options.reclaim(Reclaim.ALL));
        Stream stream = stream();
        for (int i = 0; i < 50; i++) {
            Losing.lose(pool, 1 + i * 7);
            pool.allocate(1 + i * 5, stream);
        }
        Allocation kept = pool.allocate(1000);
        Losing.await(() -> {
            pool.collect();
            return pool.statistics().allocations().current() == 1;
        });
        assertThat(pool.statistics().lost().reclaimed()).isEqualTo(100);
        kept.close();
        assertThat(pool.statistics().requestedBytes().current()).isZero();
    }

    @Test
    default void shouldKeepMemoryWhenOnlySliceOfConfinedViewIsHeld() {
        keepSlice(ViewSafety.CONFINED);
    }

    @Test
    default void shouldKeepMemoryWhenOnlySliceOfSharedViewIsHeld() {
        keepSlice(ViewSafety.SHARED);
    }

    @Test
    default void shouldKeepMemoryWhenOnlySliceOfCheckedViewIsHeld() {
        keepSlice(ViewSafety.CHECKED);
    }

    private void keepSlice(ViewSafety safety) {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool(options -> Losing.watchAll(options).viewSafety(safety));
        List<MemorySegment> held = Losing.hold(pool, p -> {
            Allocation allocation = p.allocate(4096);
            allocation.segment().fill((byte) 7);
            return allocation.segment().asSlice(4000, 8).asReadOnly();
        });
        Losing.collectWell(pool);
        useUp(pool);
        assertThat(held.getFirst().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        assertThat(pool.statistics().allocations().current()).isOne();
        held.clear();
        Losing.await(() -> {
            pool.collect();
            return pool.statistics().allocations().current() == 0;
        });
    }

    /** Takes all that is free, and overwrites it. */
    private void useUp(MemoryPool pool) {
        try (Arena arena = pool.arena()) {
            assertThatThrownBy(() -> {
                        while (true) {
                            arena.allocate(4096).fill((byte) 1);
                        }
                    })
                    .isInstanceOf(DeviceOutOfMemoryException.class);
        }
    }

    @Test
    default void shouldKeepMemoryWhenOnlyPieceOfConfinedArenaIsHeld() {
        keepPiece(ViewSafety.CONFINED);
    }

    @Test
    default void shouldKeepMemoryWhenOnlyPieceOfSharedArenaIsHeld() {
        keepPiece(ViewSafety.SHARED);
    }

    private void keepPiece(ViewSafety safety) {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool(Losing::watchAll);
        List<MemorySegment> held = Losing.hold(pool, p -> {
            Arena arena = p.arena(safety);
            arena.allocate(100_000);
            arena.allocate(8);
            MemorySegment last = arena.allocate(8);
            last.fill((byte) 7);
            return last;
        });
        Losing.collectWell(pool);
        useUp(pool);
        assertThat(held.getFirst().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
        assertThat(pool.statistics().allocations().current()).isEqualTo(2);
        held.clear();
        Losing.await(() -> {
            pool.collect();
            return pool.statistics().allocations().current() == 0;
        });
    }

    @Test
    default void shouldKeepMemoryWhenOnlySegmentOfNoLengthIsHeld() {
        assumeTrue(!kind().isHostAccessible(), "the host can touch it");
        MemoryPool pool = pool(Losing::watchAll);
        List<MemorySegment> held = Losing.hold(pool, p -> p.allocate(4096).segment());
        Losing.collectWell(pool);
        assertThat(pool.statistics().allocations().current()).isOne();
        assertThat(held.getFirst().byteSize()).isZero();
    }

    @Test
    default void shouldKeepMemoryWhenOnlyFutureIsHeld() {
        MemoryPool pool = pool(Losing::watchAll);
        CompletableFuture<Allocation> future = pool.allocateAsync(5000);
        Losing.collectWell(pool);
        assertThat(pool.statistics().allocations().current()).isOne();
        future.join().close();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldReclaimWhenFutureIsLost() {
        MemoryPool pool = pool(Losing::watchAll);
        assertThat(pool.allocateAsync(5000)).isNotNull();
        Losing.awaitFound(pool, 1);
        pool.collect();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldGiveBackWhatChildHadWhenItsHandleIsLost() {
        MemoryPool pool = pool(Losing::watchAll);
        MemoryPool child = pool.child("child", 0, 1 << 20);
        Losing.lose(child, 1 << 20);
        assertThat(child.tryAllocate(1)).isEmpty();
        Losing.await(() -> {
            child.collect();
            return child.statistics().allocations().current() == 0;
        });
        child.allocate(1 << 20).close();
        child.close();
        assertThat(pool.statistics().lost().reclaimed()).isOne();
    }

    @Test
    default void shouldGiveSegmentBackWhenShareableOneIsLost() {
        MemoryPool pool = pool(Losing::watchAll);
        assumeTrue(Shareable.isOffered(pool), "the device has no shareable memory of this kind");
        pool.allocate(AllocationRequest.of(100_000).shareable());
        Losing.await(() -> {
            pool.collect();
            return pool.statistics().allocations().current() == 0;
        });
        pool.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(pool.statistics().lost().reclaimedBytes()).isGreaterThanOrEqualTo(100_000);
    }

    @Test
    default void shouldReclaimWhenStreamOfLostHandleIsClosed() {
        MemoryPool pool = pool(Losing::watchAll);
        try (Stream stream = device().newStream()) {
            pool.allocate(10_000, stream).usedOn(stream());
        }
        Losing.awaitFound(pool, 1);
        pool.collect();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldGiveAllBackWhenPoolClosesBeforeLossIsFound() {
        MemoryPool pool = pool(Losing::watchAll);
        Losing.lose(pool, 100_000);
        Allocation open = pool.allocate(10);
        pool.close();
        assertThat(pool.statistics().reservedBytes().current()).isPositive();
        open.close();
        Losing.await(() -> pool.statistics().reservedBytes().current() == 0);
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldNotFindLossWhenHandleIsClosed() {
        MemoryPool pool = pool(Losing::watchAll);
        for (int i = 0; i < 1000; i++) {
            pool.allocate(1 + i).close();
        }
        Losing.collectWell(pool);
        assertThat(pool.statistics().lost().found()).isEqualTo(3);
    }
}
