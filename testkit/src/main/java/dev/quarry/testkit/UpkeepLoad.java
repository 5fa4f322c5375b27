package dev.quarry.testkit;

import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.ViewSafety;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A pool at full load while it is tended: threads allocate and free on several streams, one trims, compacts and changes the
 * options, one opens and closes pools beside it. At intervals those that use the pool rest, the one that tends it goes on, and
 * the validator, which stops the pool's gate, looks at it. For long runs: as long as the property {@code quarry.minutes} says,
 * else some seconds.
 */
public final class UpkeepLoad {
    private static final int WORKERS = 3;
    private static final long PAUSE_MILLIS = 50;

    private final Quarry quarry;
    private final LoadedMemory memory;
    private final MemoryPool pool;
    private final List<Stream> streams;
    private final SplittableRandom seeds;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicLong allocations = new AtomicLong();
    private final AtomicLong tended = new AtomicLong();

    /** Those who use the pool, and the one who checks; they meet before a check and after it. */
    private final Phaser meeting = new Phaser(1);

    private volatile boolean resting;
    private volatile boolean ended;

    /** Opens the pool. */
    public UpkeepLoad(Quarry quarry, LoadedMemory memory, long seed) {
        this.quarry = quarry;
        this.memory = memory;
        this.seeds = new SplittableRandom(seed);
        this.pool = openPool("loaded");
        this.streams = List.of(
                memory.device().defaultStream(),
                memory.device().newStream(),
                memory.device().newStream());
    }

    /** What one thread does again and again. */
    interface Step {
        /** Does one thing. */
        void run();

        /** Gives back what is still held. */
        default void end() {}
    }

    /** Returns how long a run lasts: {@code -Dquarry.minutes}, or six seconds. */
    public static Duration time() {
        return Duration.ofSeconds(Long.getLong("quarry.minutes", 0) * 60).plusSeconds(6);
    }

    /**
     * Runs the threads for some time, then closes the pool.
     *
     * @return what was done, in words
     * @throws AssertionError if something was wrong
     */
    public String run(Duration time) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            threads.add(startUser("worker " + i, new LoadWorker(this, pool, seeds.split())));
        }
        threads.add(startUser("opener", new LoadOpener(this, seeds.split())));
        threads.add(start("tender", () -> tend(new LoadTender(this, seeds.split()))));
        long begin = System.nanoTime();
        long checks = 0;
        while (System.nanoTime() - begin < time.toNanos() && failure.get() == null) {
            resting = true;
            meeting.arriveAndAwaitAdvance();
            check();
            resting = false;
            meeting.arriveAndAwaitAdvance();
            checks++;
            Thread.sleep(PAUSE_MILLIS);
        }
        ended = true;
        meeting.arriveAndDeregister();
        for (Thread thread : threads) {
            thread.join();
        }
        check();
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError("a thread failed: " + first, first);
        }
        return end(checks);
    }

    private String end(long checks) {
        streams.subList(1, streams.size()).forEach(Stream::close);
        MemoryStatistics last = pool.statistics();
        if (last.allocations().current() != 0) {
            throw new AssertionError("open allocations: " + last.allocations());
        }
        pool.close();
        return allocations + " allocations, tended " + tended + " times, " + checks + " checks, "
                + last.driver().unmaps() + " handles unmapped, " + last.driver().pagesCreated() + " created, "
                + last.outOfMemory() + " refusals";
    }

    LoadedMemory memory() {
        return memory;
    }

    MemoryPool pool() {
        return pool;
    }

    /** Returns the streams that threads share. */
    List<Stream> streams() {
        return streams;
    }

    void countAllocation() {
        allocations.incrementAndGet();
    }

    void countTended() {
        tended.incrementAndGet();
    }

    /** Opens a pool of the loaded memory. */
    MemoryPool openPool(String name) {
        return quarry.openPool(
                memory.device(),
                memory.kind(),
                PoolOptions.withoutEnvironment()
                        .name(name)
                        .limit(memory.limit())
                        .viewSafety(ViewSafety.SHARED)
                        .maxStall(Duration.ofMillis(100))
                        .build());
    }

    private Thread startUser(String name, Step step) {
        meeting.register();
        return start(name, () -> {
            try {
                while (goesOn()) {
                    if (resting) {
                        meeting.arriveAndAwaitAdvance();
                        meeting.arriveAndAwaitAdvance();
                    }
                    step.run();
                }
                step.end();
            } finally {
                meeting.arriveAndDeregister();
            }
        });
    }

    private void tend(Step step) {
        while (goesOn()) {
            step.run();
        }
    }

    private Thread start(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                work.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
    }

    private boolean goesOn() {
        return !ended && failure.get() == null;
    }

    private void check() {
        try {
            PoolValidator.validate(pool);
            memory.rest();
        } catch (RuntimeException | AssertionError e) {
            failure.compareAndSet(null, e);
        }
    }
}
