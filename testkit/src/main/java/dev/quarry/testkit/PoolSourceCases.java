package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import dev.quarry.ViewSafety;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pools over memory of another library, on any device: as {@link MemoryPool#over(dev.quarry.MemorySource)} says. */
interface PoolSourceCases extends PoolSubject {
    /** Makes a source with a good deal more memory than the pools over it may take. */
    private PoolBacked source() {
        return new PoolBacked(pool(options -> options.limit(8 * LIMIT)));
    }

    private MemoryPool over(PoolBacked source, long limit) {
        return kept(MemoryPool.over(
                source,
                PoolOptions.withoutEnvironment()
                        .name("over")
                        .limit(limit)
                        .segmentBytes(64 << 10)
                        .build()));
    }

    @Test
    default void shouldCutSegmentsOfSourceWhenAllocating() {
        PoolBacked source = source();
        MemoryPool pool = over(source, LIMIT);
        Stream stream = stream();
        List<Allocation> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            AllocationRequest request = AllocationRequest.of(1 + 700L * i).viewSafety(ViewSafety.SHARED);
            all.add(pool.allocate(i % 2 == 0 ? request : request.on(stream).aligned(4096)));
        }
        assertThat(all).allMatch(source::holds);
        assertThat(source.givenBytes())
                .isEqualTo(pool.statistics().reservedBytes().current())
                .isLessThanOrEqualTo(LIMIT);
        if (canView()) {
            stream.synchronize();
            all.forEach(one -> one.segment().set(ValueLayout.JAVA_BYTE, one.byteSize() - 1, (byte) 7));
            assertThat(all).allMatch(one -> one.segment().get(ValueLayout.JAVA_BYTE, one.byteSize() - 1) == 7);
        }
        all.forEach(Allocation::close);
        pool.close();
        assertThat(source.givenBytes()).isZero();
    }

    @Test
    default void shouldUseStreamsOfDeviceWhenOverSource() {
        PoolBacked source = source();
        MemoryPool pool = over(source, LIMIT);
        Stream first = stream();
        Stream second = stream();
        Allocation one = pool.allocate(AllocationRequest.of(100_000).on(first).zeroed());
        first.fill(one, 0, 100_000, (byte) 3);
        Allocation copy = pool.allocate(100_000, second);
        second.waitFor(first.record());
        second.copy(one, 0, copy, 0, 100_000);
        one.close();
        copy.close();
        pool.allocate(LIMIT, first).close();
        assertThat(pool.statistics().reservedBytes().peak()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    default void shouldGiveBackToSourceWhenTrimmed() {
        PoolBacked source = source();
        MemoryPool pool = over(source, LIMIT);
        Allocation held = pool.allocate(1000);
        pool.allocate(LIMIT / 2).close();
        device().defaultStream().synchronize();
        long before = source.givenBytes();
        long trimmed = pool.trim();
        assertThat(trimmed).isPositive().isEqualTo(before - source.givenBytes());
        assertThat(source.holds(held)).isTrue();
        held.close();
    }

    @Test
    default void shouldReportOutOfMemoryWhenSourceHasNoMore() {
        PoolBacked source = new PoolBacked(pool());
        MemoryPool pool = over(source, 4 * LIMIT);
        assertThatThrownBy(() -> pool.allocate(2 * LIMIT))
                .isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageContaining("over");
        assertThat(pool.tryAllocate(LIMIT / 2)).hasValueSatisfying(Allocation::close);
        long reserved = pool.statistics().reservedBytes().current();
        assertThat(source.givenBytes()).isEqualTo(reserved);
    }

    @Test
    default void shouldRefuseShareableWhenOverSource() {
        MemoryPool pool = over(source(), LIMIT);
        assertThatThrownBy(() -> pool.allocate(AllocationRequest.of(100).shareable()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("over");
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(pool.statistics().allocations().totalAllocated()).isZero();
    }

    @Test
    default void shouldCountOnDeviceWhenOverSource() {
        PoolBacked source = source();
        long before = device().usage(kind()).reservedBytes();
        MemoryPool pool = over(source, LIMIT);
        pool.warmUp(LIMIT / 4, 2);
        long reserved = pool.statistics().reservedBytes().current();
        long backing = source.givenBytes();
        assertThat(reserved).isPositive().isEqualTo(backing);
        assertThat(device().usage(kind()).reservedBytes()).isGreaterThanOrEqualTo(before + reserved);
    }

    @Test
    default void shouldOpenChildrenAndPrivatePoolsWhenOverSource() {
        PoolBacked source = source();
        MemoryPool pool = over(source, LIMIT);
        MemoryPool child = pool.child("child", 1000, LIMIT / 2);
        MemoryPool graph = kept(pool.privatePool());
        Allocation one = child.allocate(5000);
        Allocation two = graph.allocate(5000);
        assertThat(List.of(one, two)).allMatch(source::holds);
        one.close();
        two.close();
        graph.close();
        child.close();
        device().defaultStream().synchronize();
        pool.trim();
        assertThat(source.givenBytes()).isZero();
    }

    @Test
    default void shouldCloseWithQuarryWhenOverSource() {
        PoolBacked source = source();
        MemoryPool pool = over(source, LIMIT);
        pool.warmUp(1000, 3);
        assertThat(source.givenBytes()).isPositive();
        closeQuarry();
        assertThat(pool.isOpen()).isFalse();
        assertThat(source.givenBytes()).isZero();
        assertThatThrownBy(() -> MemoryPool.over(source)).isInstanceOf(IllegalStateException.class);
    }
}
