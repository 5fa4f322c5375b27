package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaksTest {
    private static final int MOST_COLLECTIONS = 200;

    @Test
    void shouldFindLeakWhenHandleIsLost() throws InterruptedException {
        try (Fakes fakes = new Fakes(options(1))) {
            lose(fakes.pool());
            awaitLeaks(fakes.pool(), 1);
        }
    }

    @Test
    void shouldReportNothingWhenHandlesAreClosed() throws InterruptedException {
        try (Fakes fakes = new Fakes(options(1))) {
            for (int i = 0; i < 100; i++) {
                fakes.pool().allocate(1000).close();
            }
            lose(fakes.pool());
            awaitLeaks(fakes.pool(), 1);
        }
    }

    @Test
    void shouldFindSomeOfManyWhenOneInTenIsWatched() throws InterruptedException {
        try (Fakes fakes = new Fakes(options(10))) {
            for (int i = 0; i < 200; i++) {
                lose(fakes.pool());
            }
            awaitLeaks(fakes.pool(), 20);
        }
    }

    @Test
    void shouldWatchNothingWhenSwitchedOff() throws InterruptedException {
        try (Fakes off = new Fakes(options(0));
                Fakes on = new Fakes(options(1))) {
            lose(off.pool());
            lose(on.pool());
            awaitLeaks(on.pool(), 1);
            assertThat(((DevicePool) off.pool()).core().leaks().found()).isZero();
        }
    }

    @Test
    void shouldCountAnewWhenReconfigured() throws InterruptedException {
        try (Fakes fakes = new Fakes(options(0))) {
            lose(fakes.pool());
            fakes.pool()
                    .reconfigure(
                            fakes.pool().options().toBuilder().leakSampling(1).build());
            lose(fakes.pool());
            awaitLeaks(fakes.pool(), 1);
        }
    }

    @Test
    void shouldReportNothingWhenChildsAllocatorOutlivesChildsHandle() throws InterruptedException {
        try (Fakes fakes = new Fakes(MemoryKind.HOST, options(1))) {
            useChildsAllocator(fakes.pool());
            lose(fakes.pool());
            awaitLeaks(fakes.pool(), 1);
            for (int i = 0; i < 5; i++) {
                System.gc();
                Thread.sleep(5);
            }
            assertThat(((DevicePool) fakes.pool()).core().leaks().found()).isOne();
            assertThat(fakes.pool().statistics().allocations().current()).isEqualTo(2);
        }
    }

    @Test
    void shouldNameChildAndTagWhenThereAreSuch() {
        try (Fakes fakes = new Fakes(options(0));
                MemoryPool child = fakes.pool().child("child", 0, 1 << 20);
                Allocation plain = fakes.pool().allocate(10);
                Allocation tagged = child.allocate(AllocationRequest.of(1234).tagged("pages"))) {
            Leaks leaks = ((DevicePool) fakes.pool()).core().leaks();
            assertThat(leaks.describe(watchOf(plain))).isEqualTo("an allocation of 10 bytes");
            assertThat(leaks.describe(watchOf(tagged)))
                    .isEqualTo("an allocation of 1234 bytes, tagged \"pages\", in child pool \"child\"");
        }
    }

    @Test
    void shouldWatchWhatPoolGrowsForWhenSamplesAreRare() {
        try (Fakes fakes = new Fakes(options(4096));
                Allocation grown = fakes.pool().allocate(1000);
                Allocation other = fakes.pool().allocate(1000)) {
            assertThat(watch(grown)).isNotNull();
            assertThat(watch(other)).isNull();
            assertThat(((DevicePool) fakes.pool()).core().leaks().watched()).isOne();
        }
    }

    @Test
    void shouldWatchOneInFiveWhenAllCountTwiceAndOneInTenIsDue() {
        try (Fakes fakes = new Fakes(options(10))) {
            List<Integer> watched = new ArrayList<>();
            for (int i = 0; i <= 15; i++) {
                try (Allocation large = fakes.pool().allocate(Domain.WEIGHED_BYTES)) {
                    if (watch(large) != null) {
                        watched.add(i);
                    }
                }
            }
            assertThat(watched).as("the first one grows the pool").containsExactly(0, 5, 10, 15);
        }
    }

    @Test
    void shouldEndWatchWhenHandleIsClosed() {
        try (Fakes fakes = new Fakes(options(1))) {
            Leaks leaks = ((DevicePool) fakes.pool()).core().leaks();
            List<Allocation> all = fakes.pool().allocateAll(1, 20, 300, 4000);
            assertThat(leaks.watched()).isEqualTo(4);
            all.get(2).close();
            all.get(0).close();
            assertThat(leaks.watched()).isEqualTo(2);
            all.get(3).close();
            all.get(1).close();
            assertThat(leaks.watched()).isZero();
        }
    }

    @Test
    void shouldLeaveMemoryAloneWhenViewsCannotKeepHandle() {
        try (Fakes fakes = new Fakes(options(1));
                Allocation allocation = fakes.pool().allocate(1000)) {
            Watch watch = Objects.requireNonNull(watch(allocation));
            assertThat(watch.reclaims()).isTrue();
            assertThat(allocation.segment().byteSize()).isZero();
            assertThat(watch.reclaims()).isFalse();
        }
    }

    private static @Nullable Watch watch(Allocation allocation) {
        Attachments attached = ((PooledAllocation) allocation).attached();
        return attached == null ? null : attached.watch();
    }

    private static Watch watchOf(Allocation allocation) {
        PooledAllocation pooled = (PooledAllocation) allocation;
        return new Watch(pooled, pooled.attach(), false);
    }

    private static void useChildsAllocator(MemoryPool pool) {
        SegmentAllocator allocator = pool.child("child", 0, 1 << 20).segmentAllocator();
        assertThatThrownBy(() -> allocator.allocate(8))
                .as("the memory is taken; a fake device has none to look at")
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private static PoolOptions options(int oneIn) {
        return PoolOptions.withoutEnvironment().leakSampling(oneIn).build();
    }

    private static void lose(MemoryPool pool) {
        Allocation _ = pool.allocate(1234);
    }

    /** Collects garbage until so many leaks are found; the collector is asked often, and takes what it likes each time. */
    private static void awaitLeaks(MemoryPool pool, int number) throws InterruptedException {
        Leaks leaks = ((DevicePool) pool).core().leaks();
        for (int i = 0; i < MOST_COLLECTIONS && leaks.found() < number; i++) {
            System.gc();
            Thread.sleep(5);
        }
        assertThat(leaks.found()).isEqualTo(number);
    }
}
