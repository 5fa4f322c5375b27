package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One pool, several threads that allocate, hand over and free, and a check whenever all of them rest. */
final class ThreadedPool {
    private static final long GRANULE = 512;
    private static final int WORKERS = 4;

    private final long seed;
    private final int rests;
    private final int steps;
    private final SimDriver driver;
    private final Quarry quarry;
    private final Device device;
    private final MemoryPool pool;
    private final List<Stream> shared;
    private final Ownership ownership = new Ownership(GRANULE);
    private final ConcurrentLinkedQueue<Allocation> passed = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CyclicBarrier rest = new CyclicBarrier(WORKERS, this::check);

    /**
     * Opens a device and a pool.
     *
     * @param rests how often all threads rest
     * @param steps what each does between two rests
     */
    ThreadedPool(SimSchedule schedule, MemoryKind kind, long seed, int rests, int steps) {
        this.seed = seed;
        this.rests = rests;
        this.steps = steps;
        SimProvider provider = new SimProvider(
                SimOptions.builder().schedule(schedule).granule(GRANULE).build());
        quarry = Quarry.builder().provider(provider).open();
        device = quarry.device("sim");
        driver = provider.driver(0);
        pool = quarry.openPool(
                device,
                kind,
                PoolOptions.withoutEnvironment()
                        .limit(3 << 20)
                        .segmentBytes(64 << 10)
                        .cacheBytes(16 << 10)
                        .build());
        shared = List.of(device.newStream(), device.newStream(), device.defaultStream());
    }

    /** Runs the threads, then closes everything; throws what went wrong. */
    void run() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            PoolWorker worker = new PoolWorker(this, new Dice(seed * WORKERS + i));
            threads.add(Thread.ofPlatform().name("worker " + i).daemon().start(() -> work(worker)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        throwFailure();
        passed.forEach(this::close);
        check();
        throwFailure();
        pool.close();
        PoolBook.equal("live bytes of the driver", driver.liveBytes(), 0);
        quarry.close();
    }

    MemoryPool pool() {
        return pool;
    }

    Device device() {
        return device;
    }

    SimDriver driver() {
        return driver;
    }

    List<Stream> shared() {
        return shared;
    }

    /** Returns the allocations that any worker may close. */
    ConcurrentLinkedQueue<Allocation> passed() {
        return passed;
    }

    Ownership ownership() {
        return ownership;
    }

    void close(Allocation allocation) {
        ownership.give(allocation);
        allocation.close();
    }

    private void work(PoolWorker worker) {
        try {
            for (int i = 0; i < rests && failure.get() == null; i++) {
                worker.work(steps);
                rest.await();
            }
            worker.end();
        } catch (BrokenBarrierException e) {
            // Another worker failed.
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            rest.reset();
        }
    }

    private void check() {
        try {
            PoolValidator.validate(pool);
            PoolBook.equal("allocations", pool.statistics().allocations().current(), ownership.live());
            PoolBook.equal(
                    "live bytes of the driver",
                    driver.liveBytes(),
                    pool.statistics().reservedBytes().current());
            if (driver.hazards().count() != 0) {
                throw new AssertionError("hazards: " + driver.hazards().texts());
            }
            // Else a lazy device would remember all work of the run.
            driver.advanceAll();
        } catch (RuntimeException | AssertionError e) {
            failure.compareAndSet(null, e);
        }
    }

    private void throwFailure() {
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("seed " + seed + ": " + first, first);
        }
    }
}
