package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.Event;
import dev.quarry.MemoryPool;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The ends of allocations, pools and devices, also from several threads at once. */
interface PoolClosingCases extends PoolSubject {
    @Test
    default void shouldLetOneWinWhenTwoThreadsCloseAnAllocation() {
        MemoryPool pool = pool();
        for (int round = 0; round < 100; round++) {
            Allocation allocation = pool.allocate(100);
            AtomicInteger wins = new AtomicInteger();
            Crew.Task close = () -> {
                try {
                    allocation.close();
                    wins.incrementAndGet();
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("closed");
                }
            };
            Crew.run(List.of(close, close));
            assertThat(wins).hasValue(1);
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldLetOneWinWhenTwoThreadsCloseAPool() {
        for (int round = 0; round < 20; round++) {
            MemoryPool pool = pool();
            Allocation held = pool.allocate(1000);
            AtomicInteger wins = new AtomicInteger();
            Crew.Task close = () -> {
                try {
                    pool.close();
                    wins.incrementAndGet();
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining(pool.name());
                }
            };
            Crew.run(List.of(close, close, held::close));
            assertThat(wins).hasValue(1);
            assertThat(pool.statistics().reservedBytes().current()).isZero();
        }
    }

    @Test
    default void shouldReleaseAllWhenLastAllocationOfClosedPoolCloses() {
        MemoryPool pool = pool();
        Stream stream = stream();
        Stream unknown = stream();
        List<Allocation> held = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            held.add(pool.allocate(10_000));
            held.add(pool.allocate(300_000, stream));
        }
        pool.close();
        assertThat(held).allMatch(Allocation::isOpen);
        assertThat(pool.statistics().reservedBytes().current()).isPositive();
        held.get(0).usedOn(unknown);
        held.get(0).close();
        held.get(1).close(unknown);
        try (Event event = stream.record()) {
            held.get(2).closeAfter(event);
        }
        stream.close();
        held.subList(3, held.size()).forEach(Allocation::close);
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldEndAllocationWhenPoolClosesMeanwhile() {
        for (int round = 0; round < 10; round++) {
            MemoryPool pool = pool();
            Stream stream = stream();
            CountDownLatch busy = new CountDownLatch(3);
            List<Allocation> left = Collections.synchronizedList(new ArrayList<>());
            List<Crew.Task> tasks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int size = i == 0 ? 50 : 100_000 * i;
                tasks.add(() -> allocateUntilClosed(pool, stream, size, busy, left));
            }
            tasks.add(() -> {
                busy.await();
                pool.close();
            });
            Crew.run(tasks);
            assertThat(pool.isOpen()).isFalse();
            left.forEach(Allocation::close);
            assertThat(pool.statistics().allocations().current()).isZero();
            assertThat(pool.statistics().reservedBytes().current()).isZero();
        }
    }

    @Test
    default void shouldGiveAllBackWhenPoolClosesUnderItsAllocator() {
        assumeTrue(canView(), "there is no memory to view");
        for (int round = 0; round < 200; round++) {
            MemoryPool pool = pool();
            SegmentAllocator allocator = pool.segmentAllocator();
            CountDownLatch busy = new CountDownLatch(1);
            Crew.run(List.of(
                    () -> {
                        assertThatThrownBy(() -> cutUntilItFails(allocator, busy))
                                .isInstanceOfAny(IllegalStateException.class, DeviceOutOfMemoryException.class);
                    },
                    () -> {
                        busy.await();
                        pool.close();
                    }));
            assertThat(pool.statistics().allocations().current()).isZero();
            assertThat(pool.statistics().reservedBytes().current()).isZero();
        }
    }

    private static void cutUntilItFails(SegmentAllocator allocator, CountDownLatch busy) {
        while (true) {
            allocator.allocate(16 << 10);
            busy.countDown();
        }
    }

    private static void allocateUntilClosed(
            MemoryPool pool, Stream stream, long size, CountDownLatch busy, List<Allocation> left) {
        try {
            for (int i = 0; ; i++) {
                Allocation allocation = i % 2 == 0 ? pool.allocate(size) : pool.allocate(size, stream);
                if (i == 3) {
                    left.add(allocation);
                    busy.countDown();
                } else {
                    allocation.close();
                }
            }
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining(pool.name());
        }
    }

    @Test
    default void shouldCloseStreamsAndPoolsWhenDeviceCloses() {
        Quarry quarry = Quarry.builder().provider(plugin()).open();
        Stream stream = quarry.devices().getFirst().newStream();
        MemoryPool pool = quarry.openPool(
                quarry.devices().getFirst(),
                kind(),
                pool().options().toBuilder().name("last").build());
        pool.allocate(1000, stream).close();
        MemoryPool shared = quarry.pool(quarry.devices().getFirst());
        shared.allocate(1000).close();
        assertThat(quarry.pool(quarry.devices().getFirst())).isSameAs(shared);
        quarry.close();
        assertThat(pool.isOpen()).isFalse();
        assertThat(shared.isOpen()).isFalse();
        assertThat(stream.isOpen()).isFalse();
        assertThatThrownBy(quarry::close).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> quarry.openPool(quarry.devices().getFirst(), kind(), pool.options()))
                .isInstanceOf(IllegalStateException.class);
    }
}
