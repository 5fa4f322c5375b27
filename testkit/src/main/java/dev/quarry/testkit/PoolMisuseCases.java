package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Bad input: a clear exception that names the values, before anything changes. */
interface PoolMisuseCases extends PoolSubject {
    @Test
    default void shouldRefuseWhenSizeIsBad() {
        MemoryPool pool = pool();
        Stream stream = stream();
        for (long bytes : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 4095, 1L << 62}) {
            List<ThrowingCallable> ways = List.of(
                    () -> pool.allocate(bytes),
                    () -> pool.allocate(bytes, stream),
                    () -> pool.allocate(AllocationRequest.of(bytes)),
                    () -> pool.tryAllocate(bytes),
                    () -> pool.allocateAll(1, bytes),
                    () -> pool.allocateAll(stream, bytes),
                    () -> pool.warmUp(bytes, 1));
            for (ThrowingCallable way : ways) {
                assertThatThrownBy(way)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(String.valueOf(bytes));
            }
        }
        assertThat(pool.statistics().allocations().totalAllocated()).isZero();
    }

    @Test
    default void shouldRefuseWhenAlignmentIsBad() {
        for (long alignment : new long[] {0, -1, 3, 6, 1000, 4 << 20, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> AllocationRequest.of(1).aligned(alignment))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(alignment));
        }
    }

    @Test
    default void shouldThrowAndNameBothPlacesWhenClosedTwice() {
        Allocation allocation = pool(options -> options.trackPlaces(true)).allocate(100);
        allocation.close();
        assertThatThrownBy(allocation::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("100")
                .hasMessageMatching("(?s).*allocated at .*PoolMisuseCases.*closed at .*PoolMisuseCases.*");
        Allocation untracked = pool().allocate(100);
        untracked.close();
        assertThatThrownBy(untracked::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("track-places");
    }

    @Test
    default void shouldThrowWhenAllocationIsClosed() {
        MemoryPool pool = pool();
        Stream stream = stream();
        Allocation allocation = pool.allocate(100);
        allocation.close();
        try (Event event = stream.record()) {
            List<ThrowingCallable> ways = List.of(
                    allocation::close,
                    () -> allocation.close(stream),
                    () -> allocation.closeAfter(event),
                    allocation::closeAfter,
                    () -> allocation.usedOn(stream),
                    allocation::segment,
                    () -> stream.fill(allocation, 0, 10, (byte) 0),
                    () -> stream.copy(allocation, 0, allocation, 50, 10));
            for (ThrowingCallable way : ways) {
                assertThatThrownBy(way).isInstanceOf(IllegalStateException.class);
            }
            assertThatCode(event::isComplete).doesNotThrowAnyException();
        }
        assertThat(pool.statistics().allocations().totalFreed()).isOne();
    }

    @Test
    default void shouldThrowWhenPoolIsClosed() {
        MemoryPool pool = pool();
        pool.close();
        assertThat(pool.isOpen()).isFalse();
        PoolOptions options = pool.options();
        List<ThrowingCallable> ways = List.of(
                pool::close,
                () -> pool.allocate(1),
                () -> pool.allocate(1, device().defaultStream()),
                () -> pool.allocate(AllocationRequest.of(1)),
                () -> pool.allocate(AllocationRequest.of(1).shareable()),
                () -> pool.tryAllocate(1),
                () -> pool.allocateAll(1, 2),
                () -> pool.warmUp(1, 1),
                pool::trim,
                () -> pool.child("child", 0, 1),
                () -> pool.reconfigure(options));
        for (ThrowingCallable way : ways) {
            assertThatThrownBy(way).isInstanceOf(IllegalStateException.class).hasMessageContaining(pool.name());
        }
        assertThat(pool.statistics().reservedBytes().current()).isZero();
    }

    @Test
    default void shouldChangeNothingWhenStreamIsClosed() {
        MemoryPool pool = pool();
        Stream closed = stream();
        closed.close();
        Allocation allocation = pool.allocate(100);
        List<ThrowingCallable> ways = List.of(
                () -> pool.allocate(1, closed),
                () -> pool.allocate(AllocationRequest.of(1).on(closed)),
                () -> pool.allocateAll(closed, 1),
                () -> allocation.usedOn(closed),
                () -> allocation.close(closed),
                () -> closed.fill(allocation, 0, 1, (byte) 0));
        for (ThrowingCallable way : ways) {
            assertThatThrownBy(way)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stream " + closed.generation());
            assertThat(allocation.isOpen()).isTrue();
        }
        allocation.close();
    }

    @Test
    default void shouldChangeNothingWhenStreamOrEventIsAnotherDevices() {
        MemoryPool pool = pool();
        Stream foreign = otherDevice().newStream();
        Allocation allocation = pool.allocate(100);
        try (Event event = foreign.record()) {
            List<ThrowingCallable> ways = List.of(
                    () -> pool.allocate(1, foreign),
                    () -> pool.allocate(AllocationRequest.of(1).on(foreign)),
                    () -> pool.allocateAll(foreign, 1, 2),
                    () -> allocation.usedOn(foreign),
                    () -> allocation.close(foreign),
                    () -> allocation.closeAfter(event));
            for (ThrowingCallable way : ways) {
                assertThatThrownBy(way)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(device().id());
                assertThat(allocation.isOpen()).isTrue();
            }
        }
        allocation.close();
    }

    @Test
    default void shouldChangeNothingWhenEventIsClosed() {
        Allocation allocation = pool().allocate(100);
        Event good = device().defaultStream().record();
        Event closed = device().defaultStream().record();
        closed.close();
        assertThatThrownBy(() -> allocation.closeAfter(good, closed)).isInstanceOf(IllegalStateException.class);
        assertThat(allocation.isOpen()).isTrue();
        allocation.closeAfter(good);
        good.close();
    }

    @Test
    default void shouldRefuseWhenRangeLiesOutside() {
        Allocation allocation = pool().allocate(100);
        Stream stream = device().defaultStream();
        List<ThrowingCallable> ways = List.of(
                () -> stream.fill(allocation, 0, 101, (byte) 0),
                () -> stream.fill(allocation, -1, 5, (byte) 0),
                () -> stream.fill(allocation, 100, 1, (byte) 0),
                () -> stream.fill(allocation, 0, -1, (byte) 0),
                () -> stream.copy(allocation, 60, allocation, 0, 41),
                () -> stream.copy(allocation, 0, allocation, Long.MAX_VALUE, 1));
        for (ThrowingCallable way : ways) {
            assertThatThrownBy(way).isInstanceOf(IndexOutOfBoundsException.class);
        }
        stream.fill(allocation, 100, 0, (byte) 0);
        allocation.close();
    }

    @Test
    default void shouldRefuseWhenKindOrDeviceIsNotThere() {
        PoolOptions options = PoolOptions.withoutEnvironment().build();
        MemoryKind strange = MemoryKind.of("strange", false, false);
        assertThatThrownBy(() -> quarry().openPool(device(), strange, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("strange");
        assertThatThrownBy(() -> quarry().openPool(otherDevice(), kind(), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(device().id());
    }
}
