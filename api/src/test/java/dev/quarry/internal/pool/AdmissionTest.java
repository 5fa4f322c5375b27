package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.internal.account.Account;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The queue of those who wait, with looks that only a free brings about: a lost wake-up hangs. */
class AdmissionTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final Account account = new Account("all", Long.MAX_VALUE);
    private final AtomicLong permits = new AtomicLong();
    private final Admission admission = new Admission(System::nanoTime, LONG.toNanos());

    private @Nullable Allocation take(Allocation allocation) {
        for (long now = permits.get(); now > 0; now = permits.get()) {
            if (permits.compareAndSet(now, now - 1)) {
                return allocation;
            }
        }
        return null;
    }

    private void give() {
        permits.incrementAndGet();
        if (admission.isAwaited()) {
            admission.signal();
        }
    }

    @RepeatedTest(20)
    void shouldLoseNoWakeUpWhenThreadsTakeAndGive() throws InterruptedException {
        try (Fakes fakes = new Fakes(PoolOptions.withoutEnvironment().build());
                Allocation token = fakes.pool().allocate(1)) {
            permits.set(2);
            AtomicLong done = new AtomicLong();
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                threads.add(Thread.ofPlatform().daemon().start(() -> {
                    try {
                        for (int round = 0; round < 2000; round++) {
                            assertThat(admission.acquire(account, effort -> take(token), () -> null, LONG))
                                    .isNotNull();
                            done.incrementAndGet();
                            give();
                        }
                    } catch (InterruptedException | RuntimeException | Error e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(60)))
                        .as("a thread hangs after %s of 12000", done)
                        .isTrue();
            }
            assertThat(failure.get()).isNull();
            assertThat(admission.isAwaited()).isFalse();
            assertThat(permits.get()).isEqualTo(2);
        }
    }

    @Test
    void shouldEndByInjectedClockWhenTimeIsOver() throws InterruptedException {
        AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10); // overflows on the way
        Admission timed = new Admission(clock::get);
        AtomicLong attempts = new AtomicLong();
        Allocation none = timed.acquire(
                account,
                effort -> {
                    if (attempts.incrementAndGet() == 3) {
                        clock.addAndGet(LONG.toNanos());
                    }
                    return null;
                },
                () -> null,
                LONG);
        assertThat(none).isNull();
        assertThat(attempts).hasValue(3);
        assertThat(timed.isAwaited()).isFalse();
    }

    @Test
    void shouldAskHandlerOnlyOnceWhenWaiting() throws InterruptedException {
        AtomicLong clock = new AtomicLong();
        Admission timed = new Admission(clock::get);
        List<Effort> efforts = new ArrayList<>();
        timed.acquire(
                account,
                effort -> {
                    efforts.add(effort);
                    clock.addAndGet(efforts.size() == 3 ? LONG.toNanos() : 0);
                    return null;
                },
                () -> null,
                LONG);
        assertThat(efforts).extracting(Effort::callsHandler).containsExactly(true, false, false);
        assertThat(efforts).noneMatch(Effort::isThrowing);
    }

    @Test
    void shouldServeWaiterWhenChildGivesItsReservationBack() throws InterruptedException {
        try (Fakes fakes = new Fakes(PoolOptions.withoutEnvironment()
                .limit(1 << 20)
                .segmentBytes(4096)
                .build())) {
            MemoryPool pool = fakes.pool();
            MemoryPool child = pool.child("child", 1 << 20, 1 << 20);
            AtomicReference<Object> outcome = new AtomicReference<>();
            Thread waiter = Thread.ofPlatform().daemon().start(() -> {
                try (Allocation got = pool.acquire(1 << 19, LONG)) {
                    outcome.set(got.byteSize());
                } catch (InterruptedException | RuntimeException e) {
                    outcome.set(e);
                }
            });
            while (waiter.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            child.close();
            assertThat(waiter.join(Duration.ofSeconds(60))).isTrue();
            assertThat(outcome.get()).isEqualTo(1L << 19);
        }
    }
}
