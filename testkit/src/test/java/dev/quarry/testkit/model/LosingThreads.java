package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.Event;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Reclaim;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Threads that allocate from one pool, use memory on several streams, and close or lose the handles, while another thread
 * collects garbage. No memory may be handed out while somebody has it, nor before work on it is ordered; and all comes back.
 */
final class LosingThreads {
    private static final int WORKERS = 4;
    private static final int MOST_COLLECTIONS = 400;

    private final SimDriver driver;
    private final Quarry quarry;
    private final Device device;
    private final MemoryPool pool;
    private final List<Stream> streams;
    private final long seed;

    /** Who has each granule; no handle, which could not be lost otherwise. */
    private final ConcurrentHashMap<Long, Object> holders = new ConcurrentHashMap<>();

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean over;

    LosingThreads(SimSchedule schedule, MemoryKind kind, long seed) {
        SimProvider provider = new SimProvider(SimOptions.builder()
                .schedule(schedule)
                .totalBytes(4 << 20)
                .virtualMemory(seed % 2 == 0)
                .pageBytes(64 << 10)
                .build());
        this.seed = seed;
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
                        .reclaim(Reclaim.ALL)
                        .build());
        streams = List.of(device.newStream(), device.newStream(), device.defaultStream());
    }

    /** Runs the threads, perhaps closes the pool under them, and waits until all that was lost is back. */
    void run(int steps, boolean closesMeanwhile) throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Dice dice = new Dice(seed * WORKERS + i);
            workers.add(Thread.ofPlatform().daemon().start(() -> attempt(() -> work(dice, steps))));
        }
        Thread collector = Thread.ofPlatform().daemon().start(() -> attempt(this::collectGarbage));
        if (closesMeanwhile) {
            Thread.sleep(seed % 20);
            pool.close();
        }
        for (Thread worker : workers) {
            worker.join();
        }
        over = true;
        collector.join();
        throwFailure();
        awaitAll();
        PoolValidator.validate(pool);
        if (!closesMeanwhile) {
            pool.close();
        }
        awaitEnd();
        quarry.close();
    }

    private void work(Dice dice, int steps) {
        List<Allocation> held = new ArrayList<>();
        for (int i = 0; i < steps && failure.get() == null; i++) {
            if (held.size() < 12 && dice.oneIn(2)) {
                Allocation allocation = allocate(dice);
                if (allocation != null) {
                    held.add(allocation);
                }
            } else if (!held.isEmpty()) {
                end(held.remove(dice.below(held.size())), dice);
            }
            if (dice.oneIn(50) && pool.isOpen()) {
                tend(dice);
            }
        }
        held.forEach(allocation -> end(allocation, dice));
    }

    private @Nullable Allocation allocate(Dice dice) {
        long bytes = dice.logUniform(1, dice.oneIn(4) ? 400_000 : 20_000);
        try {
            Allocation allocation = dice.oneIn(3) ? pool.allocate(bytes) : pool.allocate(bytes, dice.pick(streams));
            take(allocation);
            return allocation;
        } catch (DeviceOutOfMemoryException e) {
            return null;
        } catch (IllegalStateException e) {
            if (pool.isOpen()) {
                throw e;
            }
            return null;
        }
    }

    /** Uses an allocation, then closes or loses it. */
    private void end(Allocation allocation, Dice dice) {
        use(allocation, dice);
        give(allocation); // keeps the handle until all work is enqueued
        if (dice.oneIn(2)) {
            allocation.close();
        }
    }

    private void use(Allocation allocation, Dice dice) {
        Stream order = allocation.stream();
        if (order != null) {
            driver.touch(order.handle(), allocation.address(), allocation.byteSize(), true);
            Stream other = dice.pick(streams);
            if (dice.oneIn(2)) {
                try (Event event = order.record()) {
                    other.waitFor(event);
                }
                allocation.usedOn(other);
                driver.touch(other.handle(), allocation.address(), allocation.byteSize(), true);
            }
        } else {
            driver.hostTouch(allocation.address(), allocation.byteSize(), true);
        }
    }

    private void tend(Dice dice) {
        try {
            if (dice.oneIn(2)) {
                pool.collect();
            } else {
                pool.trim();
            }
        } catch (IllegalStateException e) {
            if (pool.isOpen()) {
                throw e;
            }
        }
    }

    private void take(Allocation allocation) {
        Object holder = new Object();
        for (long key = first(allocation); key <= last(allocation); key++) {
            if (holders.putIfAbsent(key, holder) != null) {
                throw new AssertionError(allocation + " is another's");
            }
        }
    }

    private void give(Allocation allocation) {
        for (long key = first(allocation); key <= last(allocation); key++) {
            holders.remove(key);
        }
    }

    private static long first(Allocation allocation) {
        return allocation.address() / 64;
    }

    private static long last(Allocation allocation) {
        return (allocation.address() + allocation.byteSize() - 1) / 64;
    }

    private void collectGarbage() throws InterruptedException {
        while (!over) {
            System.gc();
            Thread.sleep(1);
        }
    }

    private void awaitAll() throws InterruptedException {
        for (int i = 0; pool.statistics().allocations().current() != 0; i++) {
            check(i);
            if (pool.isOpen()) {
                pool.collect();
            }
        }
    }

    private void awaitEnd() throws InterruptedException {
        for (int i = 0; driver.liveBytes() != 0; i++) {
            check(i);
        }
    }

    private void check(int attempts) throws InterruptedException {
        if (attempts > MOST_COLLECTIONS) {
            throw new AssertionError(
                    "seed " + seed + ": left are " + driver.liveBytes() + " bytes, " + pool.statistics());
        }
        System.gc();
        Thread.sleep(5);
    }

    private void attempt(Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void throwFailure() {
        Throwable first = failure.get();
        if (first == null && driver.hazards().count() != 0) {
            first = new AssertionError("hazards: " + driver.hazards().texts());
        }
        if (first != null) {
            throw new AssertionError("seed " + seed + ": " + first, first);
        }
    }

    /** What a thread does. */
    private interface Work {
        void run() throws Exception;
    }
}
