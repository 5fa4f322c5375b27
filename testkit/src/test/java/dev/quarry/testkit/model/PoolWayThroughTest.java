package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that wait for the device, and what others can do meanwhile. */
class PoolWayThroughTest {
    private static final long LIMIT = 4 << 20;
    private static final Duration LONG = Duration.ofMinutes(10);

    private final StuckSim provider = new StuckSim();
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final Stream busy = quarry.device("sim").newStream();
    private final MemoryPool pool = quarry.openPool(
            quarry.device("sim"),
            MemoryKind.PINNED,
            PoolOptions.withoutEnvironment()
                    .limit(LIMIT)
                    .segmentBytes(64 << 10)
                    .maxStall(LONG)
                    .build());

    @AfterEach
    void close() {
        provider.finish();
        busy.close();
        quarry.close();
    }

    /** Frees memory behind work that is not complete. */
    private void freeBehindWork(long bytes) {
        Allocation allocation = pool.allocate(bytes, busy);
        busy.fill(allocation, 0, bytes, (byte) 1);
        allocation.close();
    }

    @Test
    void shouldServeOthersWhenOneWaitsForDevice() throws Exception {
        Allocation small = pool.allocate(LIMIT / 2);
        freeBehindWork(LIMIT / 2);
        FutureTask<Allocation> waiting = new FutureTask<>(() -> pool.allocate(LIMIT / 2));
        Thread.ofPlatform().daemon().start(waiting);
        awaitFirstWait();
        FutureTask<Void> others = new FutureTask<>(() -> {
            small.close();
            pool.allocate(10).close();
            pool.trim();
            pool.compact();
            pool.collect();
            pool.reconfigure(pool.options());
            return null;
        });
        Thread.ofPlatform().daemon().start(others);
        others.get(1, TimeUnit.MINUTES);
        assertThat(provider.isStuck()).isTrue();
        provider.finish();
        waiting.get(1, TimeUnit.MINUTES).close();
    }

    @Test
    void shouldKeepDeadlineWhenDeviceIsBusy() {
        freeBehindWork(LIMIT);
        AllocationRequest request = AllocationRequest.of(LIMIT);
        assertThatThrownBy(() -> pool.acquire(request, Duration.ZERO)).isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(provider.waits()).isEmpty();
        assertThatThrownBy(() -> pool.acquire(request, Duration.ofMillis(50)))
                .isInstanceOf(DeviceOutOfMemoryException.class);
        assertThat(provider.waits()).isNotEmpty().allMatch(nanos -> nanos <= 50_000_000);
        assertThat(provider.waits().stream().mapToLong(nanos -> nanos).sum()).isLessThan(LONG.toNanos() / 100);
    }

    @Test
    void shouldBeServedWhenWorkIsCompleteBeforeDeadline() throws Exception {
        freeBehindWork(LIMIT);
        FutureTask<Allocation> waiting = new FutureTask<>(() -> pool.acquire(AllocationRequest.of(LIMIT), LONG));
        Thread.ofPlatform().daemon().start(waiting);
        awaitFirstWait();
        provider.finish();
        waiting.get(1, TimeUnit.MINUTES).close();
    }

    @Test
    void shouldEndWaitWhenInterruptedWhileDeviceIsBusy() throws Exception {
        freeBehindWork(LIMIT);
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread waiting = Thread.ofPlatform().daemon().start(() -> {
            try {
                pool.acquire(AllocationRequest.of(LIMIT), LONG).close();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        awaitFirstWait();
        waiting.interrupt();
        assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(provider.isStuck()).isTrue();
    }

    @Test
    void shouldThrowWhenPoolClosesUnderWait() throws Exception {
        Allocation open = pool.allocate(LIMIT / 2);
        freeBehindWork(LIMIT / 2);
        FutureTask<Allocation> waiting = new FutureTask<>(() -> pool.allocate(LIMIT / 2));
        Thread.ofPlatform().daemon().start(waiting);
        awaitFirstWait();
        FutureTask<Void> closing = new FutureTask<>(() -> {
            pool.close();
            return null;
        });
        Thread.ofPlatform().daemon().start(closing);
        closing.get(1, TimeUnit.MINUTES);
        assertThatThrownBy(() -> waiting.get(1, TimeUnit.MINUTES)).hasCauseInstanceOf(IllegalStateException.class);
        provider.finish();
        open.close();
    }

    private void awaitFirstWait() {
        while (provider.waits().isEmpty()) {
            Thread.onSpinWait();
        }
    }
}
