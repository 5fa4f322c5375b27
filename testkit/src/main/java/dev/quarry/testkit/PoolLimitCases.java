package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import dev.quarry.OutOfMemoryReport.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits that change while memory is in use, reservations against the parent, and the device's own limit. */
interface PoolLimitCases extends PoolSubject {
    /** Takes all that a pool gives, in steps. */
    private static List<Allocation> takeAll(MemoryPool pool, long step) {
        List<Allocation> held = new ArrayList<>();
        for (Optional<Allocation> more = pool.tryAllocate(step); more.isPresent(); more = pool.tryAllocate(step)) {
            held.add(more.get());
        }
        return held;
    }

    private static void untilWaiting(AtomicReference<@Nullable Thread> waiter) {
        Thread thread = waiter.get();
        while (thread == null) {
            Thread.onSpinWait();
            thread = waiter.get();
        }
        Crew.untilWaiting(thread);
    }

    @Test
    default void shouldKeepReservationWhenParentTakesAll() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", LIMIT / 4, LIMIT);
        List<Allocation> held = takeAll(pool, LIMIT / 64);
        assertThat(pool.statistics().allocatedBytes().current()).isEqualTo(LIMIT / 4 * 3);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.allocate(LIMIT / 64))
                .withMessageContaining("kept for its child pools")
                .satisfies(e -> assertThat(e.report().refusal().account()).isEqualTo(pool.name()));
        List<Allocation> kept = takeAll(child, LIMIT / 64);
        assertThat(child.statistics().allocatedBytes().current()).isEqualTo(LIMIT / 4);
        kept.forEach(Allocation::close);
        assertThat(pool.tryAllocate(LIMIT / 64)).as("what the child freed").isEmpty();
        held.removeLast().close();
        child.allocate(LIMIT / 4).close();
        child.close();
        pool.allocate(LIMIT / 4).close();
        held.forEach(Allocation::close);
    }

    @Test
    default void shouldKeepReservationWhenChildsBlocksCouldBeCached() {
        MemoryPool pool = pool();
        MemoryPool child = pool.child("child", 64 << 10, LIMIT);
        List<Allocation> own = takeAll(child, 1024);
        own.forEach(Allocation::close);
        List<Allocation> held = takeAll(pool, 1024);
        List<Allocation> again = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            again.add(child.allocate(1024));
        }
        for (int round = 0; round < 100; round++) {
            again.removeFirst().close();
            assertThat(pool.tryAllocate(1024)).isEmpty();
            again.addLast(child.allocate(1024));
        }
        again.forEach(Allocation::close);
        held.forEach(Allocation::close);
    }

    @Test
    default void shouldRefuseReservationWhenParentHasAllocatedTheMemory() {
        MemoryPool pool = pool();
        Allocation most = pool.allocate(LIMIT / 4 * 3);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> pool.child("child", LIMIT / 2, LIMIT));
        MemoryPool child = pool.child("child", LIMIT / 4, LIMIT / 2);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class).isThrownBy(() -> child.resize(LIMIT / 2, LIMIT));
        assertThat(pool.tryAllocate(1)).isEmpty();
        most.close();
        child.resize(LIMIT / 2, LIMIT);
        child.allocate(LIMIT).close();
        child.close();
        pool.allocate(LIMIT).close();
    }

    @Test
    default void shouldRefuseMoreWhenChildsLimitFallsBelowItsUse() {
        MemoryPool child = pool().child("child", 0, LIMIT);
        Allocation half = child.allocate(LIMIT / 2);
        Allocation quarter = child.allocate(LIMIT / 4);
        child.resize(0, LIMIT / 2);
        assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                .isThrownBy(() -> child.allocate(64))
                .satisfies(e -> assertThat(e.report().refusal().account()).isEqualTo("child"));
        half.close();
        child.allocate(LIMIT / 4).close();
        quarter.close();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> child.resize(2, 1))
                .withMessageContaining("limit = 1");
    }

    @Test
    default void shouldServeWaitingRequestWhenChildsLimitRises() {
        MemoryPool child = pool().child("child", 0, LIMIT / 2);
        Allocation most = child.allocate(LIMIT / 2);
        AtomicReference<@Nullable Thread> waiter = new AtomicReference<>();
        Crew.run(List.of(
                () -> {
                    waiter.set(Thread.currentThread());
                    child.acquire(LIMIT / 4, PoolWaitingCases.LONG).close();
                },
                () -> {
                    untilWaiting(waiter);
                    child.resize(0, LIMIT);
                }));
        most.close();
    }

    @Test
    default void shouldLetOthersPassWhenWaitingRequestIsHeldByItsChild() {
        MemoryPool pool = pool();
        MemoryPool full = pool.child("full", 0, LIMIT / 4);
        MemoryPool other = pool.child("other", 0, LIMIT);
        Allocation most = full.allocate(LIMIT / 4);
        Thread waiter = Thread.ofPlatform().daemon().start(() -> {
            try {
                full.acquire(LIMIT / 8, PoolWaitingCases.LONG).close();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Crew.untilWaiting(waiter);
        Crew.run(List.of(
                () -> other.acquire(LIMIT / 8, PoolWaitingCases.LONG).close(),
                () -> pool.acquire(LIMIT / 8, PoolWaitingCases.LONG).close()));
        assertThat(waiter.isAlive()).isTrue();
        most.close();
        Crew.elsewhere(waiter::join);
    }

    @Test
    default void shouldGiveBackWhatNobodyUsesWhenLimitIsLowered() {
        MemoryPool pool = pool();
        Allocation all = pool.allocate(LIMIT);
        all.close();
        device().defaultStream().synchronize();
        pool.reconfigure(pool.options().toBuilder().limit(LIMIT / 2).build());
        assertThat(pool.statistics().reservedBytes().current()).isLessThanOrEqualTo(LIMIT / 2);
        Allocation half = pool.allocate(LIMIT / 2);
        assertThat(pool.tryAllocate(64)).isEmpty();
        half.close();
    }

    @Test
    default void shouldAllocateNothingAboveLowerLimitWhenBlocksComeFree() {
        MemoryPool pool = pool();
        List<Allocation> held = takeAll(pool, 4096);
        pool.reconfigure(pool.options().toBuilder().limit(LIMIT / 2).build());
        assertThat(pool.statistics().allocatedBytes().current()).isEqualTo(LIMIT);
        while (pool.statistics().allocatedBytes().current() > LIMIT / 2) {
            held.removeLast().close();
            assertThat(pool.tryAllocate(4096)).as("above the limit").isEmpty();
        }
        held.removeLast().close();
        assertThat(pool.tryAllocate(4096)).get().satisfies(Allocation::close);
        held.forEach(Allocation::close);
        device().defaultStream().synchronize();
        pool.trim(Duration.ofDays(1));
        assertThat(pool.statistics().reservedBytes().current()).isLessThanOrEqualTo(LIMIT / 2);
        pool.reconfigure(pool.options().toBuilder().limit(LIMIT).build());
        pool.allocate(LIMIT).close();
    }

    @Test
    default void shouldKeepWithinDevicesLimitWhenPoolsShareIt() {
        long before = device().usage(kind()).reservedBytes();
        MemoryPool one = pool(options -> options.limit(LIMIT / 2));
        MemoryPool two = pool();
        device().limit(kind(), before + LIMIT);
        try {
            Allocation half = one.allocate(LIMIT / 2);
            Allocation other = two.allocate(LIMIT / 4);
            assertThat(device().usage(kind()).limitBytes()).isEqualTo(before + LIMIT);
            assertThat(device().usage(kind()).reservedBytes()).isBetween(before + LIMIT / 4 * 3, before + LIMIT);
            assertThat(device().usage().peakBytes()).isGreaterThanOrEqualTo(before + LIMIT / 4 * 3);
            assertThatExceptionOfType(DeviceOutOfMemoryException.class)
                    .isThrownBy(() -> two.allocate(LIMIT / 2))
                    .withMessageContaining("refused by device " + device().id())
                    .withMessageContaining("quarry.device.limit")
                    .satisfies(e -> assertThat(e.report().refusal())
                            .extracting(Refusal::limitBytes)
                            .isEqualTo(before + LIMIT));
            half.close();
            device().defaultStream().synchronize();
            device().limit(kind(), before + LIMIT / 2);
            assertThat(one.statistics().reservedBytes().current())
                    .as("given back")
                    .isZero();
            other.close();
        } finally {
            device().limit(kind(), Long.MAX_VALUE);
        }
        two.allocate(LIMIT).close();
        assertThatIllegalArgumentException().isThrownBy(() -> device().limit(0)).withMessageContaining("limit = 0");
    }

    @Test
    default void shouldServeWaitingRequestWhenAnotherPoolGivesBack() {
        long before = device().usage().reservedBytes();
        MemoryPool one = pool();
        MemoryPool two = pool();
        device().limit(before + LIMIT);
        try {
            Allocation all = one.allocate(LIMIT);
            AtomicReference<@Nullable Thread> waiter = new AtomicReference<>();
            Crew.run(List.of(
                    () -> {
                        waiter.set(Thread.currentThread());
                        two.acquire(LIMIT / 2, PoolWaitingCases.LONG).close();
                    },
                    () -> {
                        untilWaiting(waiter);
                        all.close();
                        device().defaultStream().synchronize();
                        one.trim();
                    }));
        } finally {
            device().limit(Long.MAX_VALUE);
        }
    }
}
