package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.LadderStep;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.MemoryStatistics.Family;
import dev.quarry.Stream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Identities of a pool's figures. */
interface PoolStatisticsCases extends PoolSubject {
    @Test
    default void shouldAddUpWhenMemoryIsInAllPlaces() {
        MemoryPool pool = pool();
        Stream first = stream();
        Stream second = stream();
        List<Allocation> held = new ArrayList<>();
        long requested = 0;
        for (int i = 0; i < 200; i++) {
            long bytes = 1 + i * 577L % 40_000;
            Allocation allocation =
                    i % 3 == 0 ? pool.allocate(bytes) : pool.allocate(bytes, i % 3 == 1 ? first : second);
            held.add(allocation);
            requested += bytes;
            if (i % 2 == 0) {
                Allocation freed = held.remove(i * 31 % held.size());
                requested -= freed.byteSize();
                if (i % 4 == 0) {
                    freed.usedOn(first);
                    freed.usedOn(second);
                }
                freed.close();
            }
            check(pool.statistics(), held.size(), requested, i + 1);
        }
        held.forEach(Allocation::close);
        check(pool.statistics(), 0, 0, 200);
        assertThat(pool.statistics().allocations().totalFreed()).isEqualTo(200);
        assertThat(pool.statistics().efficiency()).isBetween(0.0, 1.0);
    }

    private static void check(MemoryStatistics now, long live, long requested, long ever) {
        assertThat(now.reservedBytes().current())
                .isEqualTo(now.allocatedBytes().current() + now.cachedBytes() + now.pendingBytes() + now.freeBytes());
        assertThat(now.allocations().current()).isEqualTo(live);
        assertThat(now.allocations().totalAllocated()).isEqualTo(ever);
        assertThat(now.requestedBytes().current()).isEqualTo(requested);
        assertThat(now.allocatedBytes().current()).isGreaterThanOrEqualTo(requested);
        assertThat(now.reservedBytes().peak()).isLessThanOrEqualTo(LIMIT);
        assertThat(now.largestFreeBytes()).isLessThanOrEqualTo(now.freeBytes());
        assertThat(now.fragmentation()).isBetween(0.0, 1.0);
        for (Family family : List.of(
                now.allocations(), now.requestedBytes(), now.allocatedBytes(), now.reservedBytes(), now.segments())) {
            assertThat(family.totalAllocated() - family.totalFreed()).isEqualTo(family.current());
            assertThat(family.peak()).isGreaterThanOrEqualTo(family.current());
        }
        assertThat(now.hits().streamCache()
                        + now.hits().index()
                        + now.hits().handedOver()
                        + now.hits().grown())
                .isEqualTo(ever);
        assertThat(now.ladder())
                .containsOnlyKeys(LadderStep.values())
                .allSatisfy((step, figures) -> assertThat(figures.served()).isBetween(0L, figures.tries()));
        assertThat(now.driver().allocations()
                        - now.driver().frees()
                        + now.driver().pagesCreated())
                .isGreaterThanOrEqualTo(now.segments().current());
        assertThat(now.driver().maps()).isGreaterThanOrEqualTo(now.driver().pagesCreated());
    }

    @Test
    default void shouldKnowPeaksWhenMemoryWasFreed() {
        MemoryPool pool = pool();
        Allocation half = pool.allocate(LIMIT / 2);
        Allocation quarter = pool.allocate(LIMIT / 4);
        half.close();
        quarter.close();
        MemoryStatistics now = pool.statistics();
        assertThat(now.allocatedBytes().peak()).isEqualTo(LIMIT / 2 + LIMIT / 4);
        assertThat(now.allocatedBytes().current()).isZero();
        assertThat(now.reservedBytes().peak()).isBetween(LIMIT / 2 + LIMIT / 4, LIMIT);
    }
}
