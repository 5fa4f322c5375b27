package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits of pool, children and device that change while other threads allocate and free. */
class PoolLimitsThreadsTest {
    private static final long LIMIT = 8 << 20;
    private static final int WORKERS = 3;
    private static final int STEPS = 100;

    /** More for a longer run: {@code -Dquarry.changes=N}. */
    private static final int CHANGES = Integer.getInteger("quarry.changes", 400);

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    @ParameterizedTest
    @CsvSource({"IMMEDIATE, false", "IMMEDIATE, true", "LAZY, false", "LAZY, true"})
    void shouldKeepAccountsWhenLimitsChangeUnderLoad(SimSchedule schedule, boolean virtualMemory)
            throws InterruptedException {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .schedule(schedule)
                .virtualMemory(virtualMemory)
                .pageBytes(64 << 10)
                .build());
        try (Quarry quarry = Quarry.builder().provider(provider).open();
                MemoryPool pool = quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, options(LIMIT))) {
            List<MemoryPool> children = List.of(pool.child("one", LIMIT / 8, LIMIT), pool.child("two", 0, LIMIT / 2));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                Dice dice = new Dice(31 + i);
                Stream stream = quarry.device("sim").newStream();
                threads.add(
                        Thread.ofPlatform().daemon().start(() -> guarded(() -> work(pool, children, stream, dice))));
            }
            guarded(() -> change(pool, children, new Dice(7)));
            ended.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
            PoolValidator.validate(pool);
            assertThat(pool.statistics().allocations().current()).isZero();
            assertThat(pool.statistics().reservedBytes().peak()).isLessThanOrEqualTo(LIMIT);
            children.forEach(MemoryPool::close);
            pool.reconfigure(options(LIMIT));
            provider.driver(0).advanceAll();
            pool.allocate(LIMIT).close();
            MemoryPool all = pool.child("all", LIMIT, LIMIT);
            assertThat(pool.tryAllocate(1)).as("all is kept").isEmpty();
            all.allocate(LIMIT).close();
            all.close();
            pool.allocate(LIMIT).close();
            assertThat(provider.driver(0).hazards().texts()).isEmpty();
        }
    }

    /** A child may charge and release between a reservation's entry and its refusal. */
    @Test
    void shouldKeepAccountsWhenReservationsAreRefusedUnderLoad() throws InterruptedException {
        try (Quarry quarry = Quarry.builder().provider(new SimProvider()).open();
                MemoryPool pool = quarry.openPool(quarry.device("sim"), MemoryKind.DEVICE, options(LIMIT));
                MemoryPool child = pool.child("child", 0, LIMIT)) {
            Allocation most = pool.allocate(LIMIT / 2);
            Thread worker = Thread.ofPlatform()
                    .daemon()
                    .start(() -> guarded(() -> {
                        while (!ended.get()) {
                            steps.incrementAndGet();
                            child.allocate(LIMIT / 8).close();
                        }
                    }));
            for (int i = 0; i < CHANGES; i++) {
                assertThatThrownBy(() -> child.resize(LIMIT / 4 * 3, LIMIT))
                        .isInstanceOf(DeviceOutOfMemoryException.class);
                awaitStepsAfter(steps.get());
            }
            ended.set(true);
            worker.join();
            assertThat(failure.get()).isNull();
            child.resize(LIMIT / 2, LIMIT);
            assertThat(pool.tryAllocate(1)).as("all is allocated or kept").isEmpty();
            child.allocate(LIMIT / 2).close();
            most.close();
            pool.allocate(LIMIT / 2).close();
        }
    }

    private void awaitStepsAfter(long now) {
        while (steps.get() == now && failure.get() == null) {
            Thread.onSpinWait();
        }
    }

    private static PoolOptions options(long limit) {
        return PoolOptions.withoutEnvironment()
                .limit(limit)
                .segmentBytes(64 << 10)
                .build();
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void work(MemoryPool pool, List<MemoryPool> children, Stream stream, Dice dice) {
        List<Allocation> held = new ArrayList<>();
        while (!ended.get()) {
            steps.incrementAndGet();
            MemoryPool from = dice.oneIn(2) ? pool : dice.pick(children);
            try {
                held.add(from.allocate(dice.logUniform(1, 256 << 10), stream));
            } catch (DeviceOutOfMemoryException e) {
                held.forEach(Allocation::close);
                held.clear();
            }
            if (!held.isEmpty() && dice.oneIn(2)) {
                held.remove(dice.below(held.size())).close();
            }
        }
        held.forEach(Allocation::close);
    }

    private void change(MemoryPool pool, List<MemoryPool> children, Dice dice) {
        for (int i = 0; i < CHANGES; i++) {
            switch (dice.below(4)) {
                case 0 -> pool.reconfigure(options(dice.logUniform(LIMIT / 16, LIMIT)));
                case 1 -> pool.device().limit(dice.oneIn(2) ? Long.MAX_VALUE : dice.logUniform(LIMIT / 8, LIMIT));
                case 2 -> pool.trim();
                default -> {
                    long limit = dice.logUniform(1 << 10, LIMIT);
                    try {
                        dice.pick(children).resize(dice.oneIn(2) ? 0 : dice.logUniform(1, limit), limit);
                    } catch (DeviceOutOfMemoryException e) {
                        assertThat(e.report().requestedBytes()).isPositive(); // others hold too much for it
                    }
                }
            }
            long now = steps.get();
            while (steps.get() < now + STEPS && failure.get() == null) {
                LockSupport.parkNanos(1000); // until the others have worked under these limits
            }
        }
        pool.device().limit(Long.MAX_VALUE);
    }
}
