package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.ViewSafety;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Options of a pool, put in force at its opening and later, and what gives memory back. */
interface PoolOptionCases extends PoolSubject {
    @Test
    default void shouldTakeMemoryWhenInitialBytesAreAsked() {
        MemoryPool pool = pool(options -> options.initialBytes(LIMIT / 2));
        assertThat(pool.statistics().reservedBytes().current()).isBetween(LIMIT / 2, LIMIT);
        assertThat(pool.options().initialBytes()).isEqualTo(LIMIT / 2);
        long calls = pool.statistics().driver().allocations();
        Allocation large = pool.allocate(LIMIT / 2);
        assertThat(pool.statistics().driver().allocations()).isEqualTo(calls);
        large.close();
    }

    @Test
    default void shouldNotOpenWhenInitialBytesAreTooMany() {
        assertThatThrownBy(() -> pool(options -> options.initialBytes(LIMIT + 1)))
                .isInstanceOf(DeviceOutOfMemoryException.class);
        pool().allocate(LIMIT).close();
    }

    @Test
    default void shouldKeepWithinFractionWhenOneIsSet() {
        long total = device().memory(kind()).totalBytes();
        double fraction = (double) LIMIT / total;
        MemoryPool pool = pool(options -> options.limit(Long.MAX_VALUE).memoryFraction(fraction));
        pool.allocate(LIMIT / 2).close();
        assertThatThrownBy(() -> pool.allocate(LIMIT + (1 << 20))).isInstanceOf(DeviceOutOfMemoryException.class);
    }

    @Test
    default void shouldServeAllOfTheLimitWhenItIsBelowSegment() {
        for (long limit : new long[] {4096, 65_536, 1 << 20, (1 << 21) - 4096}) {
            MemoryPool pool = pool(options -> options.segmentBytes(1 << 21).limit(limit));
            List<Allocation> held = new ArrayList<>();
            for (long bytes = 0; bytes < limit; bytes += 4096) {
                held.add(pool.allocate(4096));
            }
            assertThat(pool.statistics().reservedBytes().current()).isEqualTo(limit);
            assertThatThrownBy(() -> pool.allocate(1))
                    .isInstanceOf(DeviceOutOfMemoryException.class)
                    .hasMessageContaining("The pool's limit is reached");
            held.forEach(Allocation::close);
            device().defaultStream().synchronize();
            pool.allocate(limit).close();
        }
    }

    @Test
    default void shouldExchangeEmptySegmentsWhenLimitLeavesLessThanSegment() {
        MemoryPool pool = pool(
                options -> options.segmentBytes(1 << 20).limit((3 << 20) - 4096).cacheBlockBytes(0));
        pool.allocate(1000).close();
        device().defaultStream().synchronize();
        pool.allocate((3 << 20) - 4096).close();
        assertThat(pool.statistics().reservedBytes().current()).isEqualTo((3 << 20) - 4096);
    }

    @Test
    default void shouldRefuseAtOnceWhenSmallestBlockIsLargerThanLimit() {
        MemoryPool pool = pool(options -> options.limit(40));
        assertThatThrownBy(() -> pool.acquire(AllocationRequest.of(30), Duration.ofHours(1)))
                .isInstanceOf(DeviceOutOfMemoryException.class)
                .hasMessageContaining("The smallest block for the request")
                .hasMessageContaining("is larger than the pool's limit");
    }

    @Test
    default void shouldTakeInitialBytesWhenLimitIsBelowSegment() {
        MemoryPool pool =
                pool(options -> options.segmentBytes(1 << 21).limit(1 << 20).initialBytes(1 << 20));
        assertThat(pool.statistics().reservedBytes().current()).isEqualTo(1 << 20);
        pool.allocate(1 << 20).close();
    }

    @Test
    default void shouldObeyNewLimitWhenReconfigured() {
        MemoryPool pool = pool();
        Allocation half = pool.allocate(LIMIT / 2);
        Allocation other = pool.allocate(LIMIT / 2);
        PoolOptions less = pool.options().toBuilder().limit(LIMIT / 2).build();
        pool.reconfigure(less);
        assertThat(pool.options()).isEqualTo(less);
        assertThat(half.isOpen()).isTrue();
        assertThat(pool.statistics().reservedBytes().current()).isEqualTo(LIMIT);
        assertThatThrownBy(() -> pool.allocate(1)).isInstanceOf(DeviceOutOfMemoryException.class);
        half.close();
        other.close();
        device().defaultStream().synchronize();
        pool.trim();
        pool.allocate(LIMIT / 2).close();
        assertThatThrownBy(() -> pool.allocate(LIMIT)).isInstanceOf(DeviceOutOfMemoryException.class);
        pool.reconfigure(less.toBuilder().limit(2 * LIMIT).build());
        pool.allocate(LIMIT + LIMIT / 2).close();
    }

    @Test
    default void shouldRefuseWhenFixedOptionsWouldChange() {
        MemoryPool pool = pool();
        PoolOptions present = pool.options();
        assertThatThrownBy(() ->
                        pool.reconfigure(present.toBuilder().name("another").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another")
                .hasMessageContaining(pool.name());
        assertThatThrownBy(() -> pool.reconfigure(
                        present.toBuilder().viewSafety(ViewSafety.CHECKED).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CHECKED");
        assertThat(pool.options()).isEqualTo(present);
    }

    @Test
    default void shouldServeWhenCachesAreSwitchedOffAndOn() {
        MemoryPool pool = pool();
        PoolOptions cached = pool.options();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < 20; i++) {
                pool.allocate(100 + i).close();
            }
            PoolOptions next = round % 2 == 0
                    ? cached.toBuilder().cacheBytes(0).cacheBlockBytes(0).build()
                    : cached;
            pool.reconfigure(next);
            assertThat(pool.statistics().cachedBytes()).isZero();
        }
        pool.trim();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldGiveBackWhatNobodyUsesWhenTrimmed() {
        MemoryPool pool = pool();
        Allocation held = pool.allocate(1000);
        Allocation large = pool.allocate(LIMIT / 2);
        Allocation small = pool.allocate(100);
        device().defaultStream().synchronize();
        assertThat(pool.trim(Duration.ZERO)).isZero();
        large.close();
        small.close();
        device().defaultStream().synchronize();
        long before = pool.statistics().reservedBytes().current();
        assertThat(pool.trim(Duration.ofDays(1))).isZero();
        long released = pool.trim();
        assertThat(released).isGreaterThanOrEqualTo(LIMIT / 2);
        assertThat(pool.statistics().reservedBytes().current()).isEqualTo(before - released);
        assertThat(held.isOpen()).isTrue();
        held.close();
        device().defaultStream().synchronize();
        pool.trim(Duration.ofNanos(1));
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(pool.trim()).isZero();
        pool.allocate(LIMIT).close();
    }
}
