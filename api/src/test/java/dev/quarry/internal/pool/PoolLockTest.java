package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lock with threads of both sorts. */
@Timeout(120)
class PoolLockTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 20_000;

    private final PoolLock lock = new PoolLock();

    /** Plain on purpose: the lock guards it. */
    private long counter;

    private final AtomicBoolean inside = new AtomicBoolean();

    @Test
    void shouldBeTakenOnceWhenTried() {
        assertThat(lock.isHeld()).isFalse();
        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.isHeld()).isTrue();
        assertThat(lock.tryLock()).as("not reentrant").isFalse();
        lock.unlock();
        assertThat(lock.isHeld()).isFalse();
        lock.lock();
        assertThat(lock.tryLock()).isFalse();
        lock.unlock();
        assertThat(lock.tryLock()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLetOneInAtATimeWhenManyThreadsLock(boolean virtual) throws Exception {
        runAll(virtual, THREADS, thread -> {
            for (int i = 0; i < ROUNDS; i++) {
                lock.lock();
                count();
                lock.unlock();
            }
        });
        assertThat(counter).isEqualTo((long) THREADS * ROUNDS);
        assertThat(lock.isHeld()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLetOneInAtATimeWhenSomeOnlyTry(boolean virtual) throws Exception {
        long[] entered = new long[THREADS];
        runAll(virtual, THREADS, thread -> {
            for (int i = 0; i < ROUNDS; i++) {
                boolean taken = thread % 2 == 1 && lock.tryLock();
                if (!taken && thread % 2 == 0) {
                    lock.lock();
                    taken = true;
                }
                if (taken) {
                    count();
                    entered[thread]++;
                    lock.unlock();
                }
            }
        });
        assertThat(counter).isEqualTo(Arrays.stream(entered).sum());
        assertThat(entered[0]).isEqualTo(ROUNDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWaitAndSeeWhatHolderWroteWhenLockIsHeld(boolean virtual) throws Exception {
        lock.lock();
        List<Long> seen = new ArrayList<>();
        Thread waiter = start(virtual, () -> {
            lock.lock();
            seen.add(counter);
            lock.unlock();
        });
        awaitNap(waiter);
        counter = 42;
        lock.unlock();
        waiter.join();
        assertThat(seen).containsExactly(42L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepInterruptWhenInterruptedBeforeWaiting(boolean virtual) throws Exception {
        lock.lock();
        List<Boolean> interrupted = new ArrayList<>();
        Thread waiter = start(virtual, () -> {
            Thread.currentThread().interrupt();
            lock.lock();
            interrupted.add(Thread.currentThread().isInterrupted());
            lock.unlock();
        });
        awaitNap(waiter);
        lock.unlock();
        waiter.join();
        assertThat(interrupted).containsExactly(true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGoOnWaitingAndKeepInterruptWhenInterruptedMeanwhile(boolean virtual) throws Exception {
        lock.lock();
        List<Boolean> interrupted = new ArrayList<>();
        Thread waiter = start(virtual, () -> {
            lock.lock();
            assertThat(inside.get()).as("the holder was done").isTrue();
            interrupted.add(Thread.currentThread().isInterrupted());
            lock.unlock();
        });
        awaitNap(waiter);
        waiter.interrupt();
        awaitNap(waiter);
        waiter.interrupt();
        awaitNap(waiter);
        inside.set(true);
        lock.unlock();
        waiter.join();
        assertThat(interrupted).containsExactly(true);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotInterruptWhenNobodyDid(boolean virtual) throws Exception {
        lock.lock();
        List<Boolean> interrupted = new ArrayList<>();
        Thread waiter = start(virtual, () -> {
            lock.lock();
            interrupted.add(Thread.currentThread().isInterrupted());
            lock.unlock();
        });
        awaitNap(waiter);
        lock.unlock();
        waiter.join();
        assertThat(interrupted).containsExactly(false);
    }

    @Test
    void shouldKeepInterruptWhenLockIsFree() {
        Thread.currentThread().interrupt();
        lock.lock();
        assertThat(Thread.interrupted()).isTrue();
        lock.unlock();
    }

    @Test
    void shouldLeaveCarriersToOthersWhenVirtualThreadsWait() throws Exception {
        lock.lock();
        int waiters = 8 * Runtime.getRuntime().availableProcessors();
        CountDownLatch started = new CountDownLatch(waiters);
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < waiters; i++) {
            waiting.add(start(true, () -> {
                started.countDown();
                lock.lock();
                count();
                lock.unlock();
            }));
        }
        started.await();
        Thread other = start(true, () -> inside.set(false));
        other.join();
        assertThat(counter).isZero();
        lock.unlock();
        for (Thread waiter : waiting) {
            waiter.join();
        }
        assertThat(counter).isEqualTo(waiters);
    }

    /** Does what only one thread may do at a time. */
    private void count() {
        assertThat(inside.getAndSet(true)).as("another thread inside").isFalse();
        counter++;
        inside.set(false);
    }

    /** What one of several threads does. */
    private interface Task {
        void run(int thread);
    }

    private static void runAll(boolean virtual, int threads, Task task) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<?>> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(factory(virtual))) {
            for (int thread = 0; thread < threads; thread++) {
                int number = thread;
                results.add(executor.submit(() -> {
                    begin.await();
                    task.run(number);
                    return null;
                }));
            }
            begin.countDown();
        }
        for (Future<?> result : results) {
            result.get();
        }
    }

    private static Thread start(boolean virtual, Runnable task) {
        Thread thread = factory(virtual).newThread(task);
        thread.start();
        return thread;
    }

    private static ThreadFactory factory(boolean virtual) {
        return virtual
                ? Thread.ofVirtual().factory()
                : Thread.ofPlatform().daemon().factory();
    }

    /** Waits until a thread naps; it has no other reason to wait. */
    private static void awaitNap(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }
}
