package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Private pools on any device: as {@link MemoryPool#privatePool(PoolOptions)} says. */
interface PoolPrivateCases extends PoolSubject {
    @Test
    default void shouldKeepAllWhenPrivateUntilClosed() {
        MemoryPool pool = pool(options -> options.limit(4 * LIMIT));
        MemoryPool graph = kept(pool.privatePool());
        Stream stream = stream();
        graph.allocate(LIMIT / 2, stream).close();
        graph.allocate(1000, stream).close();
        graph.allocate(LIMIT / 4).close();
        stream.synchronize();
        device().defaultStream().synchronize();
        long reserved = graph.statistics().reservedBytes().current();
        assertThat(reserved).isGreaterThanOrEqualTo(LIMIT / 2);
        assertThat(graph.trim()).isZero();
        assertThat(graph.trim(Duration.ofNanos(1))).isZero();
        assertThat(graph.compact()).isZero();
        assertThat(graph.collect()).isZero();
        graph.reconfigure(graph.options().toBuilder().limit(1000).build());
        assertThat(graph.tryAllocate(LIMIT)).isEmpty();
        graph.reconfigure(graph.options().toBuilder().limit(4 * LIMIT).build());
        assertThat(graph.statistics().reservedBytes().current()).isEqualTo(reserved);
        assertThat(pool.statistics().reservedBytes().totalAllocated()).isZero();
        graph.close();
        assertThat(graph.statistics().reservedBytes().current()).isZero();
        assertThat(pool.isOpen()).isTrue();
    }

    @Test
    default void shouldGiveNothingBackWhenDeviceLimitIsLowered() {
        MemoryPool graph = kept(pool().privatePool());
        graph.warmUp(LIMIT / 4, 2);
        long reserved = graph.statistics().reservedBytes().current();
        device().limit(1);
        try {
            assertThat(graph.statistics().reservedBytes().current()).isEqualTo(reserved);
            graph.allocate(LIMIT / 8).close();
            assertThat(graph.tryAllocate(LIMIT)).isEmpty();
            assertThat(graph.statistics().reservedBytes().current()).isEqualTo(reserved);
        } finally {
            device().limit(Long.MAX_VALUE);
        }
    }

    @Test
    default void shouldReuseForSameStreamOnlyWhenPrivate() {
        MemoryPool graph = kept(pool().privatePool());
        Stream first = stream();
        Stream second = stream();
        Set<Long> ofFirst = places(graph, first);
        first.synchronize();
        Set<Long> ofSecond = places(graph, second);
        assertThat(ofSecond).doesNotContainAnyElementsOf(ofFirst);
        assertThat(places(graph, first)).isEqualTo(ofFirst);
        first.close();
        Stream third = stream();
        assertThat(places(graph, third)).doesNotContainAnyElementsOf(ofFirst).doesNotContainAnyElementsOf(ofSecond);
        assertThat(graph.statistics().driver().streamWaits()).isZero();
        assertThat(graph.statistics().driver().hostWaits()).isZero();
    }

    /** Allocates and frees on a stream; returns all addresses of some granules in between. */
    private static Set<Long> places(MemoryPool pool, Stream stream) {
        List<Allocation> all = new ArrayList<>();
        for (long bytes : new long[] {500, 500, 5000, 70_000, 300_000}) {
            all.add(pool.allocate(bytes, stream));
        }
        Set<Long> granules = new HashSet<>();
        all.forEach(one -> LongStream.iterate(one.address(), at -> at < one.address() + one.byteSize(), at -> at + 64)
                .forEach(granules::add));
        all.forEach(Allocation::close);
        return granules;
    }

    @Test
    default void shouldServeAnyStreamWithoutGrowingWhenWarm() {
        MemoryPool graph = kept(pool().privatePool());
        graph.warmUp(LIMIT / 8, 5);
        long before = graph.statistics().driver().allocations();
        Stream first = stream();
        Stream second = stream();
        for (int round = 0; round < 3; round++) {
            List<Allocation> all = new ArrayList<>();
            for (Stream stream : List.of(first, second)) {
                for (long bytes : new long[] {LIMIT / 8, 1000, 1000, LIMIT / 8}) {
                    all.add(graph.allocate(bytes, stream));
                }
            }
            all.forEach(Allocation::close);
        }
        assertThat(graph.statistics().driver().allocations()).isEqualTo(before);
        assertThat(graph.statistics().driver().events()).isZero();
    }

    @Test
    default void shouldNotReuseWhatSeveralStreamsUsedWhenPrivate() {
        MemoryPool graph = kept(pool().privatePool());
        Stream first = stream();
        Stream second = stream();
        Allocation shared = graph.allocate(100_000, first);
        long place = shared.address();
        shared.usedOn(second);
        shared.close();
        first.synchronize();
        second.synchronize();
        for (Stream stream : List.of(first, second)) {
            try (Allocation next = graph.allocate(100_000, stream)) {
                assertThat(next.address()).isNotEqualTo(place);
            }
        }
        assertThat(graph.statistics().pendingBytes()).isGreaterThanOrEqualTo(100_000);
        graph.close();
        assertThat(graph.statistics().reservedBytes().current()).isZero();
    }

    @Test
    default void shouldNameWhatHoldsUpWhenPrivateIsOutOfMemory() {
        MemoryPool graph = kept(pool().privatePool());
        Stream first = stream();
        graph.allocate(LIMIT, first).close();
        Stream second = stream();
        assertThatThrownBy(() -> graph.allocate(LIMIT, second))
                .isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageContaining("The pool is private");
        graph.allocate(LIMIT, first).close();
    }

    @Test
    default void shouldRefuseWhatPrivateCannotKeep() {
        MemoryPool pool = pool();
        MemoryPool graph = kept(pool.privatePool());
        assertThatThrownBy(() -> graph.allocate(AllocationRequest.of(100).shareable()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("private");
        assertThatThrownBy(() -> pool.privatePool(
                        pool.options().toBuilder().clearOnFree(true).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clearOnFree");
        assertThatThrownBy(() -> graph.reconfigure(
                        graph.options().toBuilder().clearOnFree(true).build()))
                .isInstanceOf(IllegalArgumentException.class);
        MemoryPool child = pool.child("child", 0, 1000);
        assertThatThrownBy(child::privatePool)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("child");
        child.close();
        pool.close();
        assertThatThrownBy(pool::privatePool)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(pool.name());
        assertThat(graph.statistics().reservedBytes().current()).isZero();
    }

    @Test
    default void shouldTellNameAndOptionsWhenPrivate() {
        MemoryPool pool = pool();
        MemoryPool graph = kept(pool.privatePool());
        assertThat(graph.name()).isEqualTo(pool.name() + "/private");
        assertThat(graph.kind()).isEqualTo(pool.kind());
        assertThat(graph.device()).isEqualTo(pool.device());
        assertThat(graph.options().virtualMemory()).isFalse();
        assertThat(graph.options().limit()).isEqualTo(pool.options().limit());
        MemoryPool named = kept(pool.privatePool(
                PoolOptions.withoutEnvironment().name("decode").limit(LIMIT).build()));
        assertThat(named.name()).isEqualTo("decode");
        named.reconfigure(PoolOptions.withoutEnvironment().limit(2 * LIMIT).build());
        assertThat(named.options().limit()).isEqualTo(2 * LIMIT);
        assertThat(named.options().virtualMemory()).isFalse();
    }

    @Test
    default void shouldClosePrivateWithQuarry() {
        MemoryPool graph = kept(pool().privatePool());
        graph.warmUp(1000, 2);
        closeQuarry();
        assertThat(graph.isOpen()).isFalse();
        assertThat(graph.statistics().reservedBytes().current()).isZero();
    }
}
