package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.Device;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.PoolOptions;
import dev.quarry.Quarry;
import dev.quarry.Stream;
import dev.quarry.sim.SimDriver;
import dev.quarry.sim.SimFunction;
import dev.quarry.sim.SimProvider;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that ask an empty pool of a simulated device for one allocation each, and all find nothing before the first of
 * them grows the pool: the driver's first call returns only when all others wait behind it.
 */
final class MissingThreads implements AutoCloseable {
    private static final PoolOptions OPTIONS = PoolOptions.withoutEnvironment().build();

    /** Smallest segment for requests that are not small, and the largest small one, in bytes. */
    private static final long LARGE_SEGMENT_BYTES = 16 << 20;

    private static final long SMALL_BYTES = 1 << 20;

    private static final long NAP_NANOS = 20_000;

    private final SimProvider provider = new SimProvider();
    private final Quarry quarry = Quarry.builder().provider(provider).open();
    private final Device device = quarry.device("sim");
    private final SimDriver driver = provider.driver(0);
    private final Thread.Builder threads;
    private final List<Stream> streams = new ArrayList<>();

    /**
     * Opens the device.
     *
     * @param threads makes the threads
     * @param most how many of them there can be
     * @param ownStreams whether each allocates on a stream of its own, or all on one
     */
    MissingThreads(Thread.Builder threads, int most, boolean ownStreams) {
        this.threads = threads;
        Stream shared = device.defaultStream();
        for (int i = 0; i < most; i++) {
            streams.add(ownStreams ? device.newStream() : shared);
        }
    }

    /** What a pool held when every thread had its allocation, the most that it had reserved before included. */
    record Result(long allocated, long reserved, long segments) {}

    /** Lets one thread for each size allocate, all together; validates the pool, and gives everything back. */
    Result together(long... sizes) throws InterruptedException {
        try (MemoryPool pool = quarry.openPool(device, device.defaultKind(), OPTIONS)) {
            List<Thread> missing = new ArrayList<>();
            AtomicInteger asking = new AtomicInteger();
            Queue<Allocation> got = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < sizes.length; i++) {
                long bytes = sizes[i];
                Stream stream = streams.get(i);
                missing.add(threads.unstarted(() -> {
                    asking.incrementAndGet();
                    got.add(pool.allocate(bytes, stream));
                }));
            }
            long before = driver.counters().of(SimFunction.ALLOCATE);
            driver.faults().onCall(SimFunction.ALLOCATE, () -> {
                if (driver.counters().of(SimFunction.ALLOCATE) == before + 1) {
                    untilAllWait(missing, asking);
                }
            });
            missing.forEach(Thread::start);
            for (Thread thread : missing) {
                thread.join();
            }
            driver.faults().clear();
            PoolBook.equal("allocations", got.size(), sizes.length);
            return result(pool, got);
        }
    }

    /** Makes the same allocations in one thread, one after the other. */
    Result oneByOne(long... sizes) {
        try (MemoryPool pool = quarry.openPool(device, device.defaultKind(), OPTIONS)) {
            List<Allocation> got = new ArrayList<>();
            for (int i = 0; i < sizes.length; i++) {
                got.add(pool.allocate(sizes[i], streams.get(i)));
            }
            return result(pool, got);
        }
    }

    /**
     * Returns the largest segment that the options let a pool take for requests of at most some size.
     *
     * @param bytes largest request
     * @param reserved bytes that the pool had reserved
     */
    static long growthStep(long bytes, long reserved) {
        long share = Math.min((long) (reserved * OPTIONS.growthFactor()), OPTIONS.growthBytes());
        long large = Math.max(LARGE_SEGMENT_BYTES, Math.max(OPTIONS.segmentBytes(), share));
        long target = isSmall(bytes) ? OPTIONS.segmentBytes() : large;
        return roundUp(roundUp(target, bytes), OPTIONS.segmentBytes());
    }

    /** Returns whether requests of a size have segments for small ones. */
    static boolean isSmall(long bytes) {
        return bytes <= SMALL_BYTES;
    }

    @Override
    public void close() {
        quarry.close();
        PoolBook.equal("live bytes of the driver", driver.liveBytes(), 0);
    }

    private static Result result(MemoryPool pool, Iterable<Allocation> got) {
        PoolValidator.validate(pool);
        MemoryStatistics now = pool.statistics();
        Result result = new Result(
                now.allocatedBytes().current(),
                now.reservedBytes().peak(),
                now.segments().current());
        got.forEach(Allocation::close);
        PoolValidator.validate(pool);
        return result;
    }

    /** Waits until all threads but the calling one have asked, and wait for it or have failed. */
    private static void untilAllWait(List<Thread> all, AtomicInteger asking) {
        while (asking.get() < all.size()
                || all.stream().filter(MissingThreads::isWaiting).count() < all.size() - 1) {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TERMINATED;
    }

    private static long roundUp(long bytes, long step) {
        return (bytes + step - 1) / step * step;
    }
}
