package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.AllocationRequest;
import dev.quarry.Event;
import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.MemoryPool;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Reclaim;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimOptions;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.SimSchedule;
import dev.quarry.sim.check.PoolValidator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A pool at its limit, in which one step of the ladder can serve the next request. */
final class LadderScene implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final long MIB = 1 << 20;
    private static final int MOST_COLLECTIONS = 2000;

    private final SimProvider provider;
    private final Quarry quarry;
    private final SimDriver driver;
    private final MemoryPool pool;
    private final Stream first;
    private final Stream second;
    private final AtomicLong clock = new AtomicLong();
    private final List<Allocation> live = new ArrayList<>();
    private Runnable request = () -> {};

    private LadderScene(LadderStep step, Set<LadderStep> on) {
        provider = new SimProvider(SimOptions.builder()
                .schedule(SimSchedule.LAZY)
                .totalBytes(64 * MIB)
                .virtualMemory(step == LadderStep.REMAP)
                .pageBytes(PAGE)
                .build());
        quarry = Quarry.builder().provider(provider).timeSource(clock::get).open();
        driver = provider.driver(0);
        first = quarry.device("sim").newStream();
        second = quarry.device("sim").newStream();
        PoolOptions.Builder options =
                PoolOptions.withoutEnvironment().pressureHigh(1).ladder(on);
        if (step != LadderStep.DRAIN_CACHES) {
            options.cacheBlockBytes(0);
        }
        pool = switch (step) {
            case TAKE_COMPLETED, MERGE -> open(options.limit(4 * MIB).maxStall(Duration.ZERO));
            case REMAP -> open(options.limit(16 * PAGE));
            case DRAIN_CACHES -> open(options.limit(32 << 10));
            case RECLAIM -> open(options.limit(4 * MIB).reclaim(Reclaim.ALL));
            case RELEASE -> open(options.limit(4 * MIB).segmentBytes(MIB));
            case OTHER_POOLS -> open(options);
            case HANDLER ->
                open(options.limit(4 * MIB).outOfMemoryHandler(report -> {
                    live.removeFirst().close();
                    return true;
                }));
            default -> open(options.limit(4 * MIB));
        };
    }

    /**
     * Sets a scene.
     *
     * @param step the step that is to serve
     * @param on the steps that the pool may take
     */
    static LadderScene of(LadderStep step, Set<LadderStep> on) {
        LadderScene scene = new LadderScene(step, on);
        scene.set(step);
        return scene;
    }

    private void set(LadderStep step) {
        switch (step) {
            case TAKE_COMPLETED -> twoStreamsPassed();
            case TAKE_FROM_STREAMS -> {
                allocate(4 * MIB, first).close();
                request = () -> live.add(pool.allocate(4 * MIB, second));
            }
            case DRAIN_CACHES -> {
                List<Allocation> halves = List.of(allocate(16 << 10, first), allocate(16 << 10, first));
                halves.forEach(Allocation::close);
                request = () -> live.add(pool.allocate(32 << 10, first));
            }
            case MERGE -> {
                freeHalves();
                request = () ->
                        live.add(pool.allocate(4 * MIB, quarry.device("sim").defaultStream()));
            }
            case RECLAIM -> {
                lose();
                for (int i = 0; i < MOST_COLLECTIONS && pool.statistics().lost().found() == 0; i++) {
                    System.gc();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                request = () -> live.add(pool.allocate(4 * MIB, first));
            }
            case OTHER_SEGMENTS -> {
                Allocation free = allocate(2 * MIB, first);
                live.add(allocate(2 * MIB, first));
                free.close();
                request = () -> live.add(pool.allocate(5000, first));
            }
            case REMAP -> inPieces();
            case WAIT -> {
                freeHalves();
                request = () -> live.add(pool.allocate(4 * MIB));
            }
            case RELEASE -> {
                pool.allocate(5000).close();
                request = () -> live.add(pool.allocate(4 * MIB, first));
            }
            case WAIT_FOR_BLOCK -> busyStream();
            case OTHER_POOLS -> {
                quarry.device("sim").limit(4 * MIB);
                open(PoolOptions.withoutEnvironment()).allocate(4 * MIB).close();
                request = () -> live.add(pool.allocate(4 * MIB, first));
            }
            case HANDLER -> {
                live.add(allocate(4 * MIB, first));
                request = () -> live.add(pool.allocate(4 * MIB, first));
            }
        }
    }

    /** Allocates all there is, and forgets the handle. */
    private void lose() {
        pool.allocate(4 * MIB, first);
    }

    /** A block that two streams used, both complete, and a request in the order of the host. */
    private void twoStreamsPassed() {
        Allocation shared = allocate(4 * MIB, first);
        try (Event written = first.record()) {
            second.waitFor(written);
        }
        driver.touch(second.handle(), shared.address(), 1, true);
        shared.usedOn(second);
        shared.close();
        pool.trim(); // asks the streams how far they are
        driver.advanceAll();
        request = () -> live.add(pool.allocate(4 * MIB));
    }

    /** Two neighbours, each freed on a stream of its own with work that is not complete. */
    private void freeHalves() {
        Allocation one = allocate(2 * MIB, first);
        Allocation other = allocate(2 * MIB, second);
        one.close();
        other.close();
    }

    private void inPieces() {
        Allocation before = pool.allocate(5 * PAGE);
        live.add(pool.allocate(PAGE));
        Allocation behind = pool.allocate(5 * PAGE);
        live.add(pool.allocate(5 * PAGE));
        before.close();
        behind.close();
        request = () -> live.add(pool.allocate(9 * PAGE, first));
    }

    /** A stream that takes its block again, and works on it, while the host waits for the work before. */
    private void busyStream() {
        allocate(4 * MIB, first).close();
        AtomicInteger waits = new AtomicInteger();
        driver.faults().onCall(SimFunction.AWAIT, () -> {
            if (waits.getAndIncrement() == 0) {
                pool.tryAllocate(AllocationRequest.of(4 * MIB).on(first)).ifPresent(again -> {
                    driver.touch(first.handle(), again.address(), 1, true);
                    again.close();
                });
            }
        });
        request = () -> live.add(pool.allocate(4 * MIB));
    }

    private MemoryPool open(PoolOptions.Builder options) {
        // Memory that the host may touch: a request that names no stream is in the host's order.
        return quarry.openPool(quarry.device("sim"), MemoryKind.PINNED, options.build());
    }

    private Allocation allocate(long bytes, Stream stream) {
        Allocation allocation = pool.allocate(bytes, stream);
        driver.touch(stream.handle(), allocation.address(), bytes, true);
        return allocation;
    }

    /** Lets the clock go on by some time at each wait of the host. */
    void takingNanosPerWait(long nanos) {
        driver.faults().onCall(SimFunction.AWAIT, () -> clock.addAndGet(nanos));
    }

    /** Makes the request. */
    void serve() {
        try {
            request.run();
        } finally {
            driver.faults().clear();
            PoolValidator.validate(pool);
        }
    }

    MemoryPool pool() {
        return pool;
    }

    @Override
    public void close() {
        driver.advanceAll();
        live.forEach(Allocation::close);
        PoolValidator.validate(pool);
        quarry.close();
        if (driver.hazards().count() != 0) {
            throw new AssertionError("hazards: " + driver.hazards().texts());
        }
    }
}
