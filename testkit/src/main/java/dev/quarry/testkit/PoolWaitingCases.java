package dev.quarry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Requests that wait for others to free. */
interface PoolWaitingCases extends PoolSubject {
    /** Long enough for any machine; a test that waits so long has failed. */
    Duration LONG = Duration.ofSeconds(60);

    /** Short enough to wait for. */
    Duration SHORT = Duration.ofMillis(30);

    @Test
    default void shouldGetMemoryAtOnceWhenThereIsSome() throws InterruptedException {
        MemoryPool pool = pool();
        pool.acquire(1000, Duration.ZERO).close();
        pool.acquire(AllocationRequest.of(LIMIT).aligned(4096), LONG).close();
        pool.allocateAsync(1000).join().close();
    }

    @Test
    default void shouldFailWhenTimeIsOver() {
        MemoryPool pool = pool();
        Allocation all = pool.allocate(LIMIT);
        assertThatThrownBy(() -> pool.acquire(1000, SHORT)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThatThrownBy(() -> pool.acquire(1000, Duration.ofSeconds(-1)))
                .isInstanceOf(DeviceOutOfMemoryException.class);
        assertThatThrownBy(() ->
                        pool.allocateAsync(AllocationRequest.of(1000), SHORT).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(DeviceOutOfMemoryException.class);
        all.close();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldGetMemoryWhenAnotherThreadFrees() {
        MemoryPool pool = pool();
        for (int round = 0; round < 20; round++) {
            Allocation all = pool.allocate(LIMIT);
            Thread waiter = Thread.currentThread();
            Crew.run(List.of(() -> pool.acquire(LIMIT, LONG).close(), all::close));
            assertThat(waiter.isInterrupted()).isFalse();
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldServeInOrderOfArrivalWhenSeveralWait() throws InterruptedException {
        MemoryPool pool = pool();
        Allocation all = pool.allocate(LIMIT);
        LinkedBlockingQueue<Integer> served = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Allocation> got = new LinkedBlockingQueue<>();
        List<Thread> waiters = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            Thread waiter = Thread.ofPlatform().daemon().start(() -> {
                try {
                    // The small one must not overtake the large ones before it.
                    Allocation mine = pool.acquire(number == 3 ? 1 : LIMIT, LONG);
                    served.add(number);
                    got.add(mine);
                } catch (InterruptedException e) {
                    served.add(-1);
                }
            });
            Crew.untilWaiting(waiter);
            waiters.add(waiter);
        }
        all.close();
        for (int i = 0; i < 4; i++) {
            assertThat(served.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(i);
            Allocation next = got.poll(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(next).isNotNull();
            if (next != null) {
                next.close();
            }
        }
        for (Thread waiter : waiters) {
            waiter.join();
        }
    }

    @Test
    default void shouldHoldNothingWhenInterruptedWhileWaiting() throws InterruptedException {
        MemoryPool pool = pool();
        Allocation all = pool.allocate(LIMIT);
        AtomicReference<Object> outcome = new AtomicReference<>("none");
        Thread waiter = Thread.ofPlatform().daemon().start(() -> {
            try {
                outcome.set(pool.acquire(LIMIT, LONG));
            } catch (InterruptedException e) {
                outcome.set(e);
            }
        });
        Crew.untilWaiting(waiter);
        waiter.interrupt();
        waiter.join();
        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
        all.close();
        pool.acquire(LIMIT, Duration.ZERO).close();
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldThrowAtOnceWhenInterruptedBefore() {
        MemoryPool pool = pool();
        Crew.elsewhere(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pool.acquire(1000, LONG)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.currentThread().interrupt();
            pool.allocate(1000).close();
            assertThat(Thread.interrupted()).isTrue();
        });
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldCompleteWhenAsyncGetsItsTurn() {
        MemoryPool pool = pool();
        Allocation all = pool.allocate(LIMIT);
        CompletableFuture<Allocation> first = pool.allocateAsync(LIMIT);
        CompletableFuture<Allocation> second = pool.allocateAsync(AllocationRequest.of(LIMIT), LONG);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        all.close();
        CompletableFuture.anyOf(first, second)
                .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
                .join();
        CompletableFuture<Allocation> served = first.isDone() ? first : second;
        CompletableFuture<Allocation> waiting = first.isDone() ? second : first;
        assertThat(waiting).isNotDone();
        served.join().close();
        waiting.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join().close();
    }

    @Test
    default void shouldGiveMemoryBackWhenAsyncIsCancelled() throws InterruptedException {
        MemoryPool pool = pool();
        for (int round = 0; round < 20; round++) {
            Allocation all = pool.allocate(LIMIT);
            CompletableFuture<Allocation> future = pool.allocateAsync(LIMIT);
            if (round % 2 == 0) {
                assertThat(future.cancel(true)).isTrue();
                all.close();
            } else {
                Crew.run(List.of(() -> future.cancel(true), all::close));
                if (!future.isCancelled()) {
                    future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join().close();
                }
            }
            pool.acquire(LIMIT, LONG).close();
        }
        assertThat(pool.statistics().allocations().current()).isZero();
    }

    @Test
    default void shouldEndWaitsWhenPoolCloses() {
        MemoryPool pool = pool();
        Allocation all = pool.allocate(LIMIT);
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread waiter = Thread.ofPlatform().daemon().start(() -> {
            try {
                pool.acquire(LIMIT, LONG);
            } catch (InterruptedException | RuntimeException e) {
                outcome.set(e);
            }
        });
        Crew.untilWaiting(waiter);
        CompletableFuture<Allocation> future = pool.allocateAsync(LIMIT);
        pool.close();
        assertThatThrownBy(() ->
                        future.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join())
                .hasCauseInstanceOf(IllegalStateException.class);
        Crew.elsewhere(waiter::join);
        assertThat(outcome.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining(pool.name());
        all.close();
        assertThat(pool.statistics().reservedBytes().current()).isZero();
        assertThatThrownBy(() -> pool.acquire(1, LONG)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.allocateAsync(1).join())
                .satisfiesAnyOf(
                        e -> assertThat(e).isInstanceOf(IllegalStateException.class),
                        e -> assertThat(e).hasCauseInstanceOf(IllegalStateException.class));
    }
}
