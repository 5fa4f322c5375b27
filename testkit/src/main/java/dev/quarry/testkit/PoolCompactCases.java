package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryPool;
import dev.quarry.ViewSafety;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What compaction does on any device: as {@link MemoryPool#compact()} says. */
interface PoolCompactCases extends PoolSubject {
    @Test
    default void shouldKeepAddressesAndContentsWhenCompacted() {
        MemoryPool pool = pool(options -> options.limit(8 * LIMIT));
        List<Allocation> held = new ArrayList<>();
        List<Allocation> between = new ArrayList<>();
        AllocationRequest request = AllocationRequest.of(LIMIT / 8 + 1000).viewSafety(ViewSafety.SHARED);
        for (int i = 0; i < 16; i++) {
            Allocation one = pool.allocate(request);
            (i % 4 == 0 ? held : between).add(one);
            write(one, i);
        }
        List<Long> places = held.stream().map(Allocation::address).toList();
        between.forEach(Allocation::close);
        device().defaultStream().synchronize();
        pool.compact();
        try (Allocation large = pool.allocate(AllocationRequest.of(LIMIT).viewSafety(ViewSafety.SHARED))) {
            write(large, 100);
            assertThat(held.stream().map(Allocation::address)).containsExactlyElementsOf(places);
            for (int i = 0; i < held.size(); i++) {
                check(held.get(i), 4 * i);
            }
            check(large, 100);
        }
        held.forEach(Allocation::close);
    }

    @Test
    default void shouldReserveNoMoreWhenWhatWasFreeIsAskedForAsOnePiece() {
        MemoryPool pool = pool();
        List<Allocation> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(pool.allocate(LIMIT / 4));
        }
        all.forEach(Allocation::close);
        device().defaultStream().synchronize();
        pool.compact();
        pool.allocate(LIMIT).close();
        assertThat(pool.statistics().reservedBytes().peak()).isEqualTo(LIMIT);
    }

    @Test
    default void shouldFindNothingLeftWhenCompactedTwice() {
        MemoryPool pool = pool();
        Allocation held = pool.allocate(1000);
        pool.allocate(LIMIT / 2).close();
        device().defaultStream().synchronize();
        long before = pool.statistics().reservedBytes().current();
        assertThat(pool.compact()).isBetween(0L, before);
        assertThat(pool.compact()).isZero();
        held.close();
        device().defaultStream().synchronize();
        pool.compact();
        pool.trim();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThat(pool.compact()).isZero();
    }

    @Test
    default void shouldCompactTheWholePoolWhenAskedByChild() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 0, LIMIT / 2);
        Allocation held = pool.allocate(LIMIT / 4);
        child.allocate(LIMIT / 2).close();
        device().defaultStream().synchronize();
        child.compact();
        assertThat(pool.compact()).isZero();
        child.close();
        assertThatThrownBy(child::compact).isInstanceOf(IllegalStateException.class);
        held.close();
    }

    @Test
    default void shouldRefuseToCompactWhenClosed() {
        MemoryPool pool = pool();
        pool.close();
        assertThatThrownBy(pool::compact)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(pool.name());
    }

    private void write(Allocation allocation, int value) {
        if (canView()) {
            allocation.segment().fill((byte) value);
        }
    }

    private void check(Allocation allocation, int value) {
        if (canView()) {
            MemorySegment view = allocation.segment();
            for (long at = 0; at < view.byteSize(); at += 499) {
                assertThat(view.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) value);
            }
        }
    }
}
