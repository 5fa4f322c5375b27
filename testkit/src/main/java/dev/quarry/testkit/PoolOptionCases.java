package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.ViewSafety;
import java.time.Duration;
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
