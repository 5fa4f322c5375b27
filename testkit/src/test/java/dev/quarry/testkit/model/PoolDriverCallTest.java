package dev.quarry.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread stands in a driver call, and others use the pool: no lock that they need is held. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolDriverCallTest {
    private final SimProvider provider =
            new SimProvider(SimOptions.builder().schedule(SimSchedule.LAZY).build());
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final Device device = quarry.device("sim");
    private final SimDriver driver = provider.driver(0);
    private final MemoryPool pool = quarry.openPool(
            device,
            MemoryKind.DEVICE,
            PoolOptions.withoutEnvironment()
                    .limit(8 << 20)
                    .segmentBytes(64 << 10)
                    .build());
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    @AfterEach
    void close() {
        driver.faults().clear();
        PoolValidator.validate(pool);
        quarry.close();
        assertThat(driver.hazards().count()).isZero();
    }

    @Test
    void shouldServeAndFreeWhenAnotherThreadGrows() throws InterruptedException {
        Allocation warm = pool.allocate(1 << 20);
        Allocation small = pool.allocate(1000);
        Thread grower =
                standIn(SimFunction.ALLOCATE, () -> pool.allocate(3 << 20).close());
        small.close();
        pool.allocate(1000).close();
        warm.close();
        pool.allocate(500_000).close();
        pool.statistics();
        go(grower);
    }

    @Test
    void shouldServeAndFreeWhenAnotherThreadGivesMemoryBack() throws InterruptedException {
        Allocation small = pool.allocate(1000);
        pool.allocate(3 << 20).close();
        device.defaultStream().synchronize();
        Thread trimmer = standIn(SimFunction.FREE, pool::trim);
        small.close();
        pool.allocate(1000).close();
        go(trimmer);
    }

    @Test
    void shouldServeAndFreeWhenAnotherThreadWaitsForTheDevice() throws InterruptedException {
        Stream stream = device.newStream();
        List<Allocation> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            parts.add(pool.allocate(2 << 20, stream));
        }
        Allocation last = parts.removeLast();
        driver.touch(stream.handle(), parts.getFirst().address(), 100, true);
        parts.forEach(Allocation::close);
        // A borrowed stream cannot be made to wait: the host waits for it.
        Stream borrowed = device.borrowStream(device.newStream().handle());
        Thread waiter = standIn(
                SimFunction.AWAIT,
                () -> pool.tryAllocate(AllocationRequest.of(4 << 20).on(borrowed))
                        .ifPresent(Allocation::close));
        last.close();
        pool.allocate(2 << 20, stream).close();
        go(waiter);
        borrowed.close();
    }

    @Test
    void shouldFreeWhenAnotherThreadClosesAStream() throws InterruptedException {
        Stream stream = device.newStream();
        Allocation own = pool.allocate(1000, stream);
        Allocation other = pool.allocate(1000);
        pool.allocate(5000, stream).close();
        Thread closer = standIn(SimFunction.RECORD, stream::close);
        own.close();
        other.close();
        pool.allocate(1000).close();
        go(closer);
    }

    /** Starts a thread, and returns when it stands in a driver call. */
    private Thread standIn(SimFunction function, Runnable operation) throws InterruptedException {
        Thread mine = Thread.currentThread();
        driver.faults().onCall(function, () -> {
            if (!mine.equals(Thread.currentThread()) && inside.getCount() > 0) {
                inside.countDown();
                awaitLeave();
            }
        });
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                operation.run();
                if (leave.getCount() > 0) {
                    throw new AssertionError("the driver's " + function + " was not called");
                }
            } catch (RuntimeException | Error e) {
                failure.set(e);
            } finally {
                inside.countDown();
            }
        });
        inside.await();
        return thread;
    }

    private void awaitLeave() {
        try {
            leave.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void go(Thread thread) throws InterruptedException {
        leave.countDown();
        thread.join();
        assertThat(failure.get()).isNull();
        PoolValidator.validate(pool);
    }
}
