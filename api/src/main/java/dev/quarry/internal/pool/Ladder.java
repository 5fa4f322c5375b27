package dev.quarry.internal.pool;

import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.OutOfMemoryHandler;
import dev.quarry.OutOfMemoryReport;
import dev.quarry.OutOfMemoryReport.Step;
import dev.quarry.internal.device.DriverStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens when neither cache nor index has a fitting block: attempts in the order of their cost, the index searched
 * again after every one that can free. One thread at a time is on the ladder; others that miss wait for it, then search
 * again, since what it brought may serve them.
 */
final class Ladder {
    private final PoolCore core;
    private final Heap heap;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Growth growth;
    private final Stall stall;
    private final PoolReports reports;

    /** Keeps the handler's own allocations from calling it again. */
    private final ThreadLocal<Boolean> inHandler = ThreadLocal.withInitial(() -> false);

    Ladder(
            PoolCore core,
            StreamOrder order,
            HandOver handOver,
            Pending pending,
            Growth growth,
            Stall stall,
            PoolReports reports) {
        this.core = core;
        this.heap = core.heap();
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.growth = growth;
        this.stall = stall;
        this.reports = reports;
    }

    /** Where a search stands: what was tried, for the report. */
    static final class Trail {
        private final List<Step> steps = new ArrayList<>();

        void add(String name, long bytes) {
            steps.add(new Step(name, bytes));
        }

        List<Step> steps() {
            return steps;
        }
    }

    /**
     * Finds or makes a block.
     *
     * @param trail gets what was tried
     * @param callHandler whether the user's handler may be asked
     * @return the block, in use, or 0 if there is not enough memory
     */
    int climb(Domain domain, Wish wish, Trail trail, boolean callHandler) {
        while (true) {
            long freedBefore;
            core.gate().lock();
            try {
                core.checkOpen();
                freedBefore = freeable();
                int block = search(domain, wish);
                if (block == 0) {
                    block = growth.grow(domain, wish);
                }
                if (block == 0) {
                    block = atTheLimit(domain, wish, trail);
                }
                if (block != 0) {
                    return block;
                }
            } finally {
                core.gate().unlock();
            }
            if (!callHandler || !handlerFreed(wish, trail, freedBefore)) {
                return 0;
            }
        }
    }

    /** Takes a segment of its own for a shareable wish, making room where needed; 0 if there is not enough memory. */
    int dedicate(Domain domain, Wish wish, Trail trail) {
        core.gate().lock();
        try {
            core.checkOpen();
            int block = growth.dedicate(domain, wish);
            if (block == 0) {
                makeRoom(domain, wish, trail);
                growth.releaseFor(wish.size());
                block = growth.dedicate(domain, wish);
            }
            return block;
        } finally {
            core.gate().unlock();
        }
    }

    /**
     * Exchanges an empty segment, much larger than a wish, for one of the right size, where memory is short.
     *
     * @param block all of the empty segment, when it was found
     * @return the new block, or 0 if the exchange is not possible now
     */
    int exchange(Domain domain, Wish wish, int block) {
        core.gate().lock();
        try {
            core.checkOpen();
            long need = core.growthPolicy().least(wish.size());
            if (growth.room() < need && growth.releaseSegmentOf(block) == 0) {
                stall.waitForAll();
                growth.releaseSegmentOf(block);
            }
            return growth.grow(domain, wish);
        } finally {
            core.gate().unlock();
        }
    }

    /** Searches everything that is there, without growing and without waiting on the host. */
    private int search(Domain domain, Wish wish) {
        int block = take(domain, wish);
        if (block != 0) {
            return block;
        }
        boolean waits = order.canWait(domain);
        if (pending.poll() > 0) {
            block = take(domain, wish);
        }
        if (block == 0) {
            block = handOver.steal(domain, wish, waits);
        }
        if (block == 0) {
            long moved = handOver.consolidate(domain, waits);
            DriverStream stream = domain.stream();
            moved += waits && stream != null ? pending.takeAll(domain, stream) : 0;
            block = moved > 0 ? take(domain, wish) : 0;
        }
        if (block != 0) {
            core.counters().handedOver.incrementAndGet();
        }
        return block;
    }

    /** The steps that are worth their price only when the limit or the device refused to grow. */
    private int atTheLimit(Domain domain, Wish wish, Trail trail) {
        trail.add("take what other streams freed, merge", 0);
        int block = takeFrom(domain, wish, !wish.small());
        if (block == 0) {
            makeRoom(domain, wish, trail);
            block = takeOrGrow(domain, wish);
        }
        return block;
    }

    private void makeRoom(Domain domain, Wish wish, Trail trail) {
        handOver.drainCaches();
        long need = core.growthPolicy().least(wish.size());
        long released = growth.releaseFor(need);
        trail.add("release unused segments", released);
        if (released > 0 && growth.room() >= need) {
            return;
        }
        long completed = stall.waitForAll();
        pending.poll();
        handOver.consolidate(core.hostDomain(), false);
        trail.add("wait for pending work", completed);
        trail.add("release unused segments", takeable(domain, wish) ? 0 : growth.releaseFor(need));
    }

    /** Returns what allocations could get without anybody freeing: to see whether something came free. */
    private long freeable() {
        long room = growth.room();
        core.lock();
        try {
            return room + heap.segments().bytes() - core.counters().allocated();
        } finally {
            core.unlock();
        }
    }

    private boolean takeable(Domain domain, Wish wish) {
        core.lock();
        try {
            return heap.find(domain, wish.size(), wish.alignment(), wish.small()) != 0;
        } finally {
            core.unlock();
        }
    }

    private int takeOrGrow(Domain domain, Wish wish) {
        int block = take(domain, wish);
        if (block == 0) {
            block = growth.grow(domain, wish);
        }
        return block != 0 ? block : takeFrom(domain, wish, !wish.small());
    }

    private int take(Domain domain, Wish wish) {
        return takeFrom(domain, wish, wish.small());
    }

    private int takeFrom(Domain domain, Wish wish, boolean small) {
        core.lock();
        try {
            int block = heap.find(domain, wish.size(), wish.alignment(), small);
            return block == 0
                    ? 0
                    : heap.carve(block, wish.size(), wish.alignment(), domain, wish.requested(), wish.tag());
        } finally {
            core.unlock();
        }
    }

    private boolean handlerFreed(Wish wish, Trail trail, long freedBefore) {
        @Nullable OutOfMemoryHandler handler = core.options().outOfMemoryHandler();
        if (handler == null || inHandler.get()) {
            return false;
        }
        OutOfMemoryReport report = reports.outOfMemory(wish.requested(), trail);
        boolean again;
        inHandler.set(true);
        try {
            again = handler.onOutOfMemory(report);
        } catch (Throwable e) {
            e.addSuppressed(new DeviceOutOfMemoryException(report));
            throw e;
        } finally {
            inHandler.remove();
        }
        long freed = Math.max(0, freeable() - freedBefore);
        trail.add("out-of-memory handler", freed);
        if (again && freed > 0) {
            core.counters().retries.incrementAndGet();
            return true;
        }
        return false;
    }
}
