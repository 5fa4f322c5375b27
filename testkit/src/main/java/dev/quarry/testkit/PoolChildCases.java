package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Child pools: their own limits and accounts over the memory of their parent. */
interface PoolChildCases extends PoolSubject {
    @Test
    default void shouldKeepToItsLimitWhenChildAllocates() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 0, LIMIT / 2);
        assertThat(child.name()).isEqualTo("child");
        assertThat(child.device()).isSameAs(device());
        assertThat(child.kind()).isEqualTo(kind());
        Allocation most = child.allocate(LIMIT / 2);
        assertThat(most.pool()).isSameAs(child);
        assertThat(child.statistics().allocatedBytes().current()).isEqualTo(LIMIT / 2);
        assertThat(child.statistics().allocations().current()).isOne();
        assertThatThrownBy(() -> child.allocate(1))
                .isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageContaining("child");
        assertThat(child.tryAllocate(1)).isEmpty();
        pool.allocate(LIMIT / 2).close();
        most.close();
        child.allocate(LIMIT / 2, stream()).close();
        assertThat(child.statistics().allocatedBytes().current()).isZero();
        child.close();
        assertThat(pool.isOpen()).isTrue();
    }

    @Test
    default void shouldKeepReservationWhenSiblingsTakeAll() {
        MemoryPool pool = pool();
        MemoryPool careful = pool.child("careful", LIMIT / 4, LIMIT / 2);
        MemoryPool greedy = pool.child("greedy", 0, LIMIT);
        List<Allocation> held = new ArrayList<>();
        Optional<Allocation> more = greedy.tryAllocate(LIMIT / 16);
        while (more.isPresent()) {
            held.add(more.get());
            more = greedy.tryAllocate(LIMIT / 16);
        }
        Allocation reserved = careful.allocate(LIMIT / 4);
        reserved.close();
        held.forEach(Allocation::close);
        greedy.close();
        careful.close();
    }

    @Test
    default void shouldRefuseReservationWhenParentHasLess() {
        MemoryPool pool = pool();
        MemoryPool most = pool.child("most", LIMIT / 4 * 3, LIMIT);
        assertThatThrownBy(() -> pool.child("more", LIMIT / 2, LIMIT)).isInstanceOf(DeviceOutOfMemoryException.class);
        most.close();
        pool.child("more", LIMIT / 2, LIMIT).close();
    }

    @Test
    default void shouldCountInParentWhenChildOfChildAllocates() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 0, LIMIT / 2);
        MemoryPool grandchild = child.child("grandchild", 0, LIMIT);
        Allocation allocation = grandchild.allocate(LIMIT / 2);
        assertThat(child.statistics().allocatedBytes().current()).isEqualTo(LIMIT / 2);
        assertThatThrownBy(() -> grandchild.allocate(1)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThatThrownBy(() -> child.allocate(1)).isInstanceOf(DeviceOutOfMemoryException.class);
        allocation.close();
        grandchild.close();
        child.close();
    }

    @Test
    default void shouldRefuseWhenReservationOrLimitIsBad() {
        MemoryPool pool = pool();
        for (long[] bad : new long[][] {{-1, 10}, {11, 10}, {0, 0}, {0, -5}}) {
            assertThatThrownBy(() -> pool.child("child", bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(bad[0]))
                    .hasMessageContaining(String.valueOf(bad[1]));
        }
    }

    @Test
    default void shouldStayOpenWhenClosedWithAllocations() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 1000, 10_000);
        Allocation allocation = child.allocate(500);
        assertThatThrownBy(child::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("child");
        assertThat(child.isOpen()).isTrue();
        allocation.close();
        child.close();
        assertThat(child.isOpen()).isFalse();
        PoolOptions options = pool.options();
        List<ThrowingCallable> ways = List.of(
                child::close,
                () -> child.allocate(1),
                () -> child.tryAllocate(1),
                () -> child.allocateAll(1, 2),
                () -> child.child("grandchild", 0, 1),
                child::trim);
        for (ThrowingCallable way : ways) {
            assertThatThrownBy(way).isInstanceOf(IllegalStateException.class).hasMessageContaining("child");
        }
        assertThatThrownBy(() -> child.reconfigure(options)).isInstanceOf(RuntimeException.class);
    }

    @Test
    default void shouldLetOneWinWhenCloseMeetsAllocation() {
        MemoryPool pool = pool();
        for (int round = 0; round < 300; round++) {
            MemoryPool child = pool.child("child", 0, LIMIT);
            AtomicReference<Allocation> got = new AtomicReference<>();
            AtomicBoolean closed = new AtomicBoolean();
            CyclicBarrier begin = new CyclicBarrier(2);
            Crew.run(List.of(
                    () -> {
                        begin.await();
                        ifOpen(() -> got.set(child.allocate(64)));
                    },
                    () -> {
                        begin.await();
                        ifOpen(() -> {
                            child.close();
                            closed.set(true);
                        });
                    }));
            Allocation allocation = got.get();
            assertThat(closed.get() && allocation != null)
                    .as("closed, with an allocation")
                    .isFalse();
            if (allocation != null) {
                allocation.close();
            }
            assertThat(child.statistics().allocations().current()).isZero();
            ifOpen(child::close);
            assertThat(child.isOpen()).isFalse();
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    private static void ifOpen(Runnable step) {
        try {
            step.run();
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("child");
        }
    }

    @Test
    default void shouldNotCloseWhenChildOfChildHoldsMemory() {
        MemoryPool child = pool().child("child", 1000, LIMIT);
        MemoryPool grandchild = child.child("grandchild", 500, LIMIT / 2);
        Allocation allocation = grandchild.allocate(2000);
        assertThat(child.statistics().allocations().current()).isOne();
        assertThatThrownBy(child::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 open allocation");
        allocation.close();
        child.close();
        assertThat(grandchild.isOpen()).isFalse();
        assertThatThrownBy(() -> grandchild.allocate(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("child");
        grandchild.close();
    }

    @Test
    default void shouldKeepAllocatorsMemoryWhenCloseIsRefused() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 0, LIMIT / 2);
        SegmentAllocator allocator = child.segmentAllocator();
        MemorySegment kept = allocator.allocate(64);
        kept.fill((byte) 1);
        Allocation open = child.allocate(1000);
        assertThatThrownBy(child::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 open allocations in blocks of 1024 bytes");
        for (Allocation other : pool.allocateAll(4096, 4096, 4096, 4096)) {
            other.segment().fill((byte) 2);
        }
        assertThat(kept.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
        allocator.allocate(64).fill((byte) 3);
        open.close();
        child.close();
        assertThat(pool.statistics().allocations().current()).isEqualTo(4);
        assertThatThrownBy(() -> kept.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> allocator.allocate(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("child");
    }

    @Test
    default void shouldEndChildsAllocatorWhenParentCloses() {
        assumeTrue(canView(), "there is no memory to view");
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 0, LIMIT / 2);
        SegmentAllocator allocator = child.segmentAllocator();
        MemorySegment kept = allocator.allocate(64);
        pool.close();
        assertThat(pool.statistics().allocations().current()).isZero();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThatThrownBy(() -> kept.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> allocator.allocate(1)).isInstanceOf(IllegalStateException.class);
        child.close();
        assertThatThrownBy(child::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed before");
    }

    @Test
    default void shouldCloseWhenParentCloses() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 0, LIMIT);
        Allocation allocation = child.allocate(1000);
        pool.close();
        assertThat(child.isOpen()).isFalse();
        assertThatThrownBy(() -> child.allocate(1)).isInstanceOf(IllegalStateException.class);
        allocation.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }
}
