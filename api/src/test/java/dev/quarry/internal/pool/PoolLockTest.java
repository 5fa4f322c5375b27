package dev.quarry.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolLockTest {
    private static final int THREADS = 8;
    private static final int EACH = 20_000;

    private final PoolLock lock = new PoolLock();
    private long guarded;

    @Test
    void shouldRefuseWhenHeld() {
        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.isHeld()).isTrue();
        assertThat(lock.tryLock()).isFalse();
        lock.unlock();
        assertThat(lock.isHeld()).isFalse();
        assertThat(lock.tryLock()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLetOneInAtATimeWhenManyThreadsCount(boolean virtual) throws InterruptedException {
        ThreadFactory factory =
                virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(factory.newThread(() -> {
                for (int round = 0; round < EACH; round++) {
                    lock.lock();
                    guarded++;
                    lock.unlock();
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(guarded).isEqualTo((long) THREADS * EACH);
    }

    @Test
    void shouldGetLockAndKeepInterruptWhenInterruptedWhileWaiting() throws InterruptedException {
        lock.lock();
        CountDownLatch started = new CountDownLatch(1);
        boolean[] interrupted = new boolean[1];
        Thread waiter = Thread.ofPlatform().start(() -> {
            started.countDown();
            lock.lock();
            interrupted[0] = Thread.currentThread().isInterrupted();
            lock.unlock();
        });
        started.await();
        waiter.interrupt();
        lock.unlock();
        waiter.join();
        assertThat(interrupted[0]).isTrue();
        assertThat(lock.isHeld()).isFalse();
    }
}
