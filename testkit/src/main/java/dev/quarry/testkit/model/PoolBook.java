package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;
import dev.quarry.MemoryStatistics;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;
import dev.quarry.sim.check.PoolValidator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is true of one pool, kept apart from the pool: what was handed out and what it may take. */
final class PoolBook {
    /** The largest size that is rounded to a class, of which an eighth may be waste. */
    private static final long CLASSES_BYTES = 64 << 10;

    private final PoolSort sort;
    private final MemoryPool pool;
    private final long granule;
    private final List<ChildBook> children = new ArrayList<>();
    private final FreedRanges ranges = new FreedRanges();
    private long live;
    private long requested;
    private long mostAllocated;
    private long totalLive;
    private long limit;
    private long reserved;
    private long reservedPeak;
    private long failures;
    private long promised;

    PoolBook(PoolSort sort, MemoryPool pool, long granule, long limit) {
        this.sort = sort;
        this.pool = pool;
        this.granule = granule;
        this.limit = limit;
        this.reserved = pool.statistics().reservedBytes().current();
        this.reservedPeak = reserved;
    }

    MemoryPool pool() {
        return pool;
    }

    List<ChildBook> children() {
        return children;
    }

    long live() {
        return live;
    }

    long reserved() {
        return reserved;
    }

    long limit() {
        return limit;
    }

    /** Returns what is kept for children. */
    long kept() {
        return children.stream().mapToLong(ChildBook::kept).sum();
    }

    void setLimit(long bytes) {
        limit = bytes;
    }

    /** Returns whether the pool is a private one. */
    boolean isPrivate() {
        return sort == PoolSort.PRIVATE;
    }

    PoolSort sort() {
        return sort;
    }

    /** Returns whether the pool may serve a stream. */
    boolean serves(@Nullable Strand strand) {
        return !isPrivate() || strand == null || strand.ownership() != Strand.Ownership.BORROWED;
    }

    void allocated(Allocation allocation, @Nullable Strand order) {
        if (isPrivate()) {
            long bytes = allocation.byteSize();
            ranges.allocated(allocation.address(), bytes, most(bytes), order);
        }
        live++;
        totalLive++;
        requested += allocation.byteSize();
        mostAllocated += most(allocation.byteSize());
    }

    void freed(Holding holding) {
        Allocation allocation = holding.allocation();
        if (isPrivate() && pool.isOpen()) {
            ranges.freed(holding.address(), allocation.byteSize(), holding.freedBy());
        }
        live--;
        requested -= allocation.byteSize();
        mostAllocated -= most(allocation.byteSize());
    }

    void failed() {
        failures++;
    }

    /** Returns the most that a block for a request may have. */
    long most(long bytes) {
        long waste = bytes <= CLASSES_BYTES ? bytes / 8 : 0;
        return roundUp(bytes + waste, granule) + (waste == 0 ? 0 : granule);
    }

    /** Checks the pool's invariants, and its figures against the book's. */
    void check() {
        PoolLayout layout = PoolInspector.inspect(pool);
        PoolValidator.check(layout);
        MemoryStatistics now = layout.statistics();
        equal("allocations", now.allocations().current(), live);
        equal("requestedBytes", now.requestedBytes().current(), requested);
        within("allocations ever", now.allocations().totalAllocated(), totalLive, Long.MAX_VALUE);
        within("allocatedBytes", now.allocatedBytes().current(), requested, mostAllocated);
        equal(
                "allocatedBytes, total",
                now.allocatedBytes().totalAllocated() - now.allocatedBytes().totalFreed(),
                now.allocatedBytes().current());
        long present = now.reservedBytes().current();
        if (isPrivate() && pool.isOpen()) {
            within("bytes that a private pool keeps", present, reserved, Long.MAX_VALUE);
            equal("waits of a private pool", now.driver().streamWaits(), 0);
        }
        if (present > limit && present > reserved) {
            throw new AssertionError("reserved grew from " + reserved + " to " + present + " above the limit " + limit);
        }
        long allocated = now.allocatedBytes().current();
        long most = Math.min(limit, pool.device().memory(pool.kind()).totalBytes());
        if (allocated + kept() > most && allocated + kept() > promised) {
            throw new AssertionError(allocated + " allocated and " + kept() + " kept (before: " + promised
                    + ", expected: at most " + most + ")");
        }
        promised = allocated + now.cachedBytes() + kept(); // a cache may give what it had then
        reserved = present;
        reservedPeak = Math.max(reservedPeak, present);
        within("peak of reserved", now.reservedBytes().peak(), reservedPeak, Long.MAX_VALUE);
        within("outOfMemory", now.outOfMemory(), failures, Long.MAX_VALUE);
        checkHits(now);
        for (ChildBook child : children) {
            child.check();
        }
    }

    private static void checkHits(MemoryStatistics now) {
        MemoryStatistics.Hits hits = now.hits();
        if (hits.streamCache() < 0 || hits.index() < 0 || hits.handedOver() < 0 || hits.grown() < 0) {
            throw new AssertionError("a negative count: " + hits);
        }
        equal(
                "sum of hits",
                hits.streamCache() + hits.index() + hits.handedOver() + hits.grown(),
                now.allocations().totalAllocated());
    }

    static long roundUp(long bytes, long step) {
        return (bytes + step - 1) / step * step;
    }

    static void equal(String what, long actual, long expected) {
        within(what, actual, expected, expected);
    }

    static void within(String what, long actual, long least, long most) {
        if (actual < least || actual > most) {
            throw new AssertionError(
                    what + " = " + actual + " (expected: " + (least == most ? least : least + " to " + most) + ")");
        }
    }

    @Override
    public String toString() {
        return pool.name();
    }
}
