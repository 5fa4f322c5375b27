package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryReport;
import dev.quarry.Stream;
import dev.quarry.sim.check.OverlapChecker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests that a pool serves, and those that it cannot. */
interface PoolAllocationCases extends PoolSubject {
    @Test
    default void shouldGiveDistinctMemoryWhenAsked() {
        MemoryPool pool = pool();
        OverlapChecker overlaps = new OverlapChecker();
        List<Allocation> all = new ArrayList<>();
        for (long bytes : new long[] {1, 7, 64, 100, 4096, 65_537, 1 << 20}) {
            Allocation allocation = pool.allocate(bytes);
            assertThat(allocation.address()).isNotZero();
            assertThat(allocation.byteSize()).isEqualTo(bytes);
            assertThat(allocation.kind()).isEqualTo(kind());
            assertThat(allocation.pool()).isSameAs(pool);
            assertThat(allocation.isOpen()).isTrue();
            assertThat(allocation.stream()).isSameAs(kind().isHostAccessible() ? null : device().defaultStream());
            overlaps.allocated(allocation.address(), bytes);
            all.add(allocation);
        }
        all.forEach(Allocation::close);
        assertThat(all).noneMatch(Allocation::isOpen);
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldAlignWhenAlignmentIsAsked() {
        MemoryPool pool = pool(options -> options.limit(8 * LIMIT));
        for (long bytes : new long[] {1, 4097, 300_000}) {
            for (long alignment = 1; alignment <= 2 << 20; alignment *= 2) {
                try (Allocation first = pool.allocate(1);
                        Allocation aligned =
                                pool.allocate(AllocationRequest.of(bytes).aligned(alignment))) {
                    assertThat(aligned.address() % alignment)
                            .as("%d bytes aligned to %d beside %s", bytes, alignment, first)
                            .isZero();
                }
            }
        }
    }

    @Test
    default void shouldServeFromItsOwnWhenSameSizeIsFreedAndAsked() {
        MemoryPool pool = pool();
        for (long bytes : new long[] {10, 5000, 200_000}) {
            pool.allocate(bytes).close();
            long before = pool.statistics().driver().allocations();
            for (int i = 0; i < 50; i++) {
                pool.allocate(bytes).close();
            }
            assertThat(pool.statistics().driver().allocations()).isEqualTo(before);
        }
    }

    @Test
    default void shouldReportWhenSizeIsHuge() {
        MemoryPool pool = pool();
        Allocation held = pool.allocate(AllocationRequest.of(10_000).tagged("kept"));
        long bytes = 1L << 50;
        assertThatThrownBy(() -> pool.allocate(bytes)).isInstanceOfSatisfying(DeviceOutOfMemoryException.class, e -> {
            OutOfMemoryReport report = e.report();
            assertThat(report.requestedBytes()).isEqualTo(bytes);
            assertThat(report.pool()).isEqualTo(pool.name());
            assertThat(report.device()).isEqualTo(device().id());
            assertThat(report.kind()).isEqualTo(kind());
            assertThat(report.limitBytes()).isEqualTo(LIMIT);
            assertThat(report.reservedBytes())
                    .isEqualTo(report.allocatedBytes()
                            + report.cachedBytes()
                            + report.pendingBytes()
                            + report.freeBytes());
            assertThat(report.holders()).first().satisfies(holder -> {
                assertThat(holder.tag()).isEqualTo("kept");
                assertThat(holder.count()).isOne();
            });
            assertThat(report.hint()).isNotBlank();
            assertThat(e).hasMessageContaining(String.valueOf(bytes)).hasMessageContaining(pool.name());
        });
        held.close();
        pool.allocate(100).close();
    }

    @Test
    default void shouldReturnNothingWhenTryingBeyondTheLimit() {
        MemoryPool pool = pool();
        assertThat(pool.tryAllocate(LIMIT + 1)).isEmpty();
        Optional<Allocation> one = pool.tryAllocate(1000);
        assertThat(one).isPresent();
        one.orElseThrow().close();
        assertThat(pool.statistics().outOfMemory()).isOne();
    }

    @Test
    default void shouldUseAllOfTheLimitWhenOneTakesIt() {
        MemoryPool pool = pool();
        for (int round = 0; round < 3; round++) {
            List<Allocation> small = pool.allocateAll(100, 20_000, 300_000, 1000);
            small.forEach(Allocation::close);
            try (Allocation all = pool.allocate(LIMIT)) {
                assertThat(pool.tryAllocate(1)).isEmpty();
                assertThat(all.byteSize()).isEqualTo(LIMIT);
            }
        }
        assertThat(pool.statistics().reservedBytes().peak()).isEqualTo(LIMIT);
    }

    @Test
    default void shouldAllocateAllInOrderWhenThereIsRoom() {
        MemoryPool pool = pool();
        Stream stream = stream();
        long[] bytes = {5, 70_000, 5, 128, 1 << 20};
        OverlapChecker overlaps = new OverlapChecker();
        for (List<Allocation> all : List.of(pool.allocateAll(bytes), pool.allocateAll(stream, bytes))) {
            assertThat(all).extracting(Allocation::byteSize).containsExactly(5L, 70_000L, 5L, 128L, 1L << 20);
            long[] places = all.stream().mapToLong(Allocation::address).toArray();
            all.forEach(one -> overlaps.allocated(one.address(), one.byteSize()));
            all.forEach(Allocation::close);
            Arrays.stream(places).forEach(overlaps::freed);
        }
        assertThat(pool.allocateAll()).isEmpty();
    }

    @Test
    default void shouldAllocateNoneWhenOneOfAllFails() {
        MemoryPool pool = pool();
        assertThatThrownBy(() -> pool.allocateAll(1000, 5000, LIMIT)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThatThrownBy(() -> pool.allocateAll(1000, -5, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-5");
        long largest = (1L << 61) - 1; // four blocks for that are more bytes than a long counts
        assertThatThrownBy(() -> pool.allocateAll(largest, largest, largest, largest))
                .isInstanceOf(DeviceOutOfMemoryException.class);
        assertThatThrownBy(() -> pool.allocateAll(1L << 61, 1L << 61, 1L << 61, 1L << 61))
                .isInstanceOfAny(DeviceOutOfMemoryException.class, IllegalArgumentException.class);
        assertThat(pool.statistics().allocations().current()).isZero();
        pool.allocate(LIMIT).close();
    }

    @Test
    default void shouldAskDriverForNothingWhenWarm() {
        MemoryPool pool = pool();
        pool.warmUp(30_000, 50);
        long calls = pool.statistics().driver().allocations();
        List<Allocation> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(pool.allocate(30_000));
        }
        assertThat(pool.statistics().driver().allocations()).isEqualTo(calls);
        all.forEach(Allocation::close);
        pool.warmUp(30_000, 0);
        assertThatThrownBy(() -> pool.warmUp(30_000, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> pool.warmUp(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    default void shouldBeAsBeforeWhenThereIsTooLittleToWarmUp() {
        MemoryPool pool = pool();
        Allocation held = pool.allocate(100_000);
        assertThatThrownBy(() -> pool.warmUp(LIMIT / 4, 5)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(pool.statistics().allocations().current()).isOne();
        held.close();
        pool.allocate(LIMIT).close();
    }

    @Test
    default void shouldTakeMemoryOfItsOwnWhenShareable() {
        MemoryPool pool = pool();
        AllocationRequest request = AllocationRequest.of(10_000).shareable();
        try {
            pool.allocate(request).close();
        } catch (UnsupportedOperationException e) {
            assertThat(e).hasMessageContaining(device().info().id());
            pool.allocate(10_000).close();
            return;
        }
        Allocation first = pool.allocate(request);
        Allocation second = pool.allocate(request);
        first.close();
        device().defaultStream().synchronize();
        pool.trim();
        assertThat(pool.statistics().segments().current()).isOne();
        second.close();
        device().defaultStream().synchronize();
        pool.trim();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }
}
