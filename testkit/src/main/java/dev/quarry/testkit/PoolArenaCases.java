package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.ViewSafety;
import dev.quarry.sim.check.OverlapChecker;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Arenas and segment allocators over a pool: the contract of {@link Arena}. */
interface PoolArenaCases extends PoolSubject {
    @Test
    default void shouldRefuseArenaWhenHostHasNoAccess() {
        assumeTrue(!kind().isHostAccessible(), "the host has access");
        MemoryPool pool = pool();
        assertThatThrownBy(pool::arena)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(kind().name());
        assertThatThrownBy(() -> pool.arena(ViewSafety.SHARED)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(pool::segmentAllocator).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    default void shouldGiveDistinctAlignedSegmentsWhenAllocating() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        for (ViewSafety safety : ViewSafety.values()) {
            OverlapChecker overlaps = new OverlapChecker();
            List<MemorySegment> all = new ArrayList<>();
            try (Arena arena = pool.arena(safety)) {
                for (int i = 0; i < 300; i++) {
                    long bytes = 1 + i * 37L % 3000;
                    long alignment = 1L << i % 13;
                    MemorySegment segment = arena.allocate(bytes, alignment);
                    assertThat(segment.byteSize()).isEqualTo(bytes);
                    assertThat(segment.address() % alignment).isZero();
                    overlaps.allocated(segment.address(), bytes);
                    segment.fill((byte) i);
                    all.add(segment);
                }
                for (int i = 0; i < all.size(); i++) {
                    MemorySegment segment = all.get(i);
                    assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
                    assertThat(segment.get(ValueLayout.JAVA_BYTE, segment.byteSize() - 1))
                            .isEqualTo((byte) i);
                }
                assertThat(arena.scope().isAlive()).isTrue();
            }
            assertThatThrownBy(() -> all.getFirst().get(ValueLayout.JAVA_BYTE, 0))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(pool.statistics().allocations().current()).isZero();
        }
    }

    @Test
    default void shouldAlignWhenAlignmentIsAboveThatOfRequests() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool(options -> options.limit(8 * LIMIT));
        for (ViewSafety safety : ViewSafety.values()) {
            try (Arena arena = pool.arena(safety)) {
                for (long alignment : new long[] {2 << 20, 4 << 20}) {
                    for (long bytes : new long[] {0, 5000}) {
                        MemorySegment segment = arena.allocate(bytes, alignment);
                        assertThat(segment.byteSize()).isEqualTo(bytes);
                        assertThat(segment.address() % alignment).isZero();
                        segment.fill((byte) 1);
                    }
                }
                for (long bytes : new long[] {8, 1L << 62, Long.MAX_VALUE}) {
                    assertThatThrownBy(() -> arena.allocate(bytes, 1L << 62))
                            .isInstanceOfAny(IllegalArgumentException.class, DeviceOutOfMemoryException.class);
                }
            }
            assertThat(pool.statistics().allocations().current()).isZero();
        }
    }

    @Test
    default void shouldGiveDistinctAddressesWhenSizeIsZero() {
        assumeTrue(canView(), "there is no memory to view");
        try (Arena arena = pool().arena()) {
            Set<Long> addresses = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                MemorySegment empty = arena.allocate(0, 1L << i % 4);
                assertThat(empty.byteSize()).isZero();
                assertThat(addresses.add(empty.address())).isTrue();
                assertThat(addresses.add(arena.allocate(1).address())).isTrue();
            }
        }
    }

    @Test
    default void shouldThrowWhenArenaIsUsedAfterItsEnd() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        for (ViewSafety safety : ViewSafety.values()) {
            Arena arena = pool.arena(safety);
            arena.allocate(100_000);
            arena.allocate(10);
            arena.close();
            assertThat(arena.scope().isAlive()).isFalse();
            assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> arena.allocate(1)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(pool.statistics().allocations().current()).isZero();
        pool.close();
        assertThatThrownBy(pool::arena)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(pool.name());
    }

    @Test
    default void shouldRefuseWhenSizeOrAlignmentIsBad() {
        assumeTrue(canView(), "there is no memory to view");
        try (Arena arena = pool().arena()) {
            assertThatThrownBy(() -> arena.allocate(-1, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-1");
            for (long alignment : new long[] {0, -8, 3, 48}) {
                assertThatThrownBy(() -> arena.allocate(8, alignment))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(String.valueOf(alignment));
            }
            assertThatThrownBy(() -> arena.allocate(2 * LIMIT, 1)).isInstanceOf(DeviceOutOfMemoryException.class);
            for (long bytes : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 10, 1L << 62}) {
                assertThatThrownBy(() -> arena.allocate(bytes, 8))
                        .isInstanceOfAny(IllegalArgumentException.class, DeviceOutOfMemoryException.class);
            }
            arena.allocate(100).fill((byte) 1);
        }
    }

    @Test
    default void shouldServeOneThreadWhenArenaIsConfined() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        try (Arena confined = pool.arena(ViewSafety.CONFINED);
                Arena shared = pool.arena(ViewSafety.SHARED)) {
            MemorySegment mine = confined.allocate(8);
            long held = pool.statistics().allocations().current();
            Crew.elsewhere(() -> {
                assertThatThrownBy(() -> confined.allocate(8)).isInstanceOf(WrongThreadException.class);
                assertThatThrownBy(confined::close).isInstanceOf(WrongThreadException.class);
                assertThatThrownBy(() -> mine.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(WrongThreadException.class);
                shared.allocate(8).fill((byte) 1);
            });
            assertThat(confined.scope().isAlive()).isTrue();
            assertThat(pool.statistics().allocations().current()).isGreaterThanOrEqualTo(held);
            mine.fill((byte) 2);
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldNotOverlapWhenThreadsShareAnArena() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        OverlapChecker overlaps = new OverlapChecker();
        try (Arena arena = pool.arena(ViewSafety.SHARED)) {
            Crew.Task task = () -> {
                for (int i = 1; i <= 300; i++) {
                    overlaps.allocated(arena.allocate(i, 8).address(), i);
                }
            };
            Crew.run(List.of(task, task, task));
        }
        assertThat(overlaps.liveCount()).isEqualTo(900);
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldLiveAsLongAsPoolWhenMadeBySegmentAllocator() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        SegmentAllocator allocator = pool.segmentAllocator();
        MemorySegment text = allocator.allocateFrom("memory");
        MemorySegment large = allocator.allocate(100_000, 4096);
        assertThat(text.getString(0)).isEqualTo("memory");
        assertThat(large.address() % 4096).isZero();
        Crew.elsewhere(() -> large.fill((byte) 1));
        assertThat(pool.statistics().allocations().current()).isPositive();
        pool.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThatThrownBy(() -> text.getString(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> allocator.allocate(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void shouldHoldNoLockWhenAllocatorAsksHandler() {
        assumeTrue(canView(), "there is no memory to view");
        AtomicReference<SegmentAllocator> allocator = new AtomicReference<>();
        AtomicInteger calls = new AtomicInteger();
        MemoryPool pool = pool(options -> options.outOfMemoryHandler(report -> {
            CompletableFuture.runAsync(() -> allocator.get().allocate(16))
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
            return calls.incrementAndGet() < 0;
        }));
        allocator.set(pool.segmentAllocator());
        allocator.get().allocate(16);
        assertThatThrownBy(() -> allocator.get().allocate(LIMIT)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    default void shouldHoldNothingWhenHandlerClosesArena() {
        assumeTrue(canView(), "there is no memory to view");
        for (ViewSafety safety : ViewSafety.values()) {
            for (long bytes : new long[] {16, LIMIT / 2}) {
                AtomicReference<Arena> arena = new AtomicReference<>();
                MemoryPool pool = pool(options -> options.outOfMemoryHandler(report -> {
                    arena.get().close();
                    return true;
                }));
                arena.set(pool.arena(safety));
                arena.get().allocate(LIMIT, 8);
                assertThatThrownBy(() -> arena.get().allocate(bytes))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("is closed");
                assertThat(pool.statistics().allocations().current()).isZero();
            }
        }
    }

    /** The block that another request brought serves, even where there is no memory for a second one. */
    @Test
    default void shouldUseBlockWhenItCameMeanwhile() {
        assumeTrue(canView(), "there is no memory to view");
        for (ViewSafety safety : ViewSafety.values()) {
            AtomicReference<Arena> arena = new AtomicReference<>();
            Deque<Allocation> held = new ArrayDeque<>();
            MemoryPool pool = pool(options -> options.outOfMemoryHandler(report -> {
                held.pop().close();
                arena.get().allocate(16);
                return false;
            }));
            held.push(pool.allocate(LIMIT));
            arena.set(pool.arena(safety));
            arena.get().allocate(16);
            assertThat(pool.statistics().allocations().current()).isOne();
            arena.get().close();
        }
    }
}
