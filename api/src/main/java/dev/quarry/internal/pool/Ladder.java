package dev.quarry.internal.pool;

import dev.quarry.DeviceOutOfMemoryException;
import dev.quarry.OutOfMemoryHandler;
import dev.quarry.OutOfMemoryReport;
import dev.quarry.OutOfMemoryReport.Step;
import dev.quarry.PoolMode;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.segment.Block;
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
    private final Pressure pressure;
    private final LimitKeeper limits;

    /** Keeps the handler's own allocations from calling it again. */
    private final ThreadLocal<Boolean> inHandler = ThreadLocal.withInitial(() -> false);

    Ladder(
            PoolCore core,
            StreamOrder order,
            HandOver handOver,
            Pending pending,
            Growth growth,
            Stall stall,
            PoolReports reports,
            Pressure pressure,
            LimitKeeper limits) {
        this.limits = limits;
        this.core = core;
        this.heap = core.heap();
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.growth = growth;
        this.stall = stall;
        this.reports = reports;
        this.pressure = pressure;
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
     * @return the block, in use, or {@code null} if there is not enough memory
     */
    @Nullable
    Block climb(Domain domain, Wish wish, Trail trail, boolean callHandler) {
        boolean asked = false;
        while (true) {
            long freedBefore;
            core.gate().lock();
            try {
                core.checkOpen();
                freedBefore = freeable();
                Block block = limits.within(wish, trail, () -> searchOrGrow(domain, wish, trail));
                if (block != null) {
                    return block;
                }
            } finally {
                core.gate().unlock();
            }
            if (!asked && limits.askOthers(wish, trail)) {
                asked = true;
                continue;
            }
            asked = true;
            if (!callHandler || !handlerFreed(wish, trail, freedBefore)) {
                return null;
            }
        }
    }

    private @Nullable Block searchOrGrow(Domain domain, Wish wish, Trail trail) {
        Block block = search(domain, wish);
        if (block == null) {
            block = grow(domain, wish);
            if (block == null) {
                block = atTheLimit(domain, wish, trail);
            }
            pressure.assess();
        }
        return block;
    }

    private @Nullable Block grow(Domain domain, Wish wish) {
        Block block = null;
        if (core.options().mode() == PoolMode.THRIFTY && growth.canRemap()) {
            block = growth.remap(domain, wish);
            if (block == null && stall.waitForAll() > 0) {
                handOver.consolidate(core.hostDomain(), false);
                block = take(domain, wish);
                block = block == null ? growth.remap(domain, wish) : block;
            }
        }
        return block == null ? growth.grow(domain, wish) : block;
    }

    /** Takes a segment of its own for a shareable wish, making room where needed; {@code null} if there is not enough memory. */
    @Nullable
    Block dedicate(Domain domain, Wish wish, Trail trail) {
        core.gate().lock();
        try {
            core.checkOpen();
            return limits.within(wish, trail, () -> dedicateOrMakeRoom(domain, wish, trail));
        } finally {
            core.gate().unlock();
        }
    }

    private @Nullable Block dedicateOrMakeRoom(Domain domain, Wish wish, Trail trail) {
        Block block = growth.dedicate(domain, wish);
        if (block == null) {
            makeRoom(domain, wish, trail);
            growth.releaseFor(wish.size(), wish.size());
            block = growth.dedicate(domain, wish);
        }
        return block;
    }

    /**
     * Exchanges an empty segment, much larger than a wish, for one of the right size, where memory is short.
     *
     * @param block all of the empty segment, when it was found
     * @return the new block, or {@code null} if the exchange is not possible now, or no segment would be smaller
     */
    @Nullable
    Block exchange(Domain domain, Wish wish, Block block) {
        core.gate().lock();
        try {
            core.checkOpen();
            long need = core.growthPolicy().least(wish.size());
            if (need >= block.size()) {
                return null;
            }
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
    private @Nullable Block search(Domain domain, Wish wish) {
        Block block = take(domain, wish);
        if (block != null) {
            return block;
        }
        boolean waits = order.canWait(domain);
        if (pending.poll() > 0) {
            block = take(domain, wish);
        }
        if (block == null) {
            block = handOver.steal(domain, wish, waits);
        }
        if (block == null) {
            long moved = handOver.consolidate(domain, waits);
            DriverStream stream = domain.stream();
            moved += waits && stream != null ? pending.takeAll(domain, stream) : 0;
            block = moved > 0 ? take(domain, wish) : null;
        }
        if (block != null) {
            core.counters().handedOver.incrementAndGet();
        }
        return block;
    }

    /** The steps that are worth their price only when the limit or the device refused to grow. */
    private @Nullable Block atTheLimit(Domain domain, Wish wish, Trail trail) {
        trail.add("take what other streams freed, merge", 0);
        Block block = takeFrom(domain, wish, !wish.small());
        if (block == null && growth.canRemap()) {
            block = remap(domain, wish, trail);
        }
        if (block == null) {
            makeRoom(domain, wish, trail);
            block = takeOrGrow(domain, wish);
        }
        if (block == null) {
            block = handOver.takeByWaiting(domain, wish, stall);
            trail.add("wait for one block", block == null ? 0 : block.size());
        }
        return block;
    }

    /** Moves what is complete to where it is wanted; if that is not enough, what can be waited for. */
    private @Nullable Block remap(Domain domain, Wish wish, Trail trail) {
        handOver.drainCaches();
        Block block = growth.remap(domain, wish);
        trail.add("move free memory to where it is wanted", block == null ? 0 : block.size());
        if (block == null) {
            trail.add("wait for pending work", stall.waitForAll());
            handOver.consolidate(core.hostDomain(), false);
            block = takeOrGrow(domain, wish);
        }
        if (block == null) {
            block = growth.remap(domain, wish);
            trail.add("move free memory to where it is wanted", block == null ? 0 : block.size());
        }
        return block;
    }

    private void makeRoom(Domain domain, Wish wish, Trail trail) {
        handOver.drainCaches();
        long wanted = core.growthPolicy().least(wish.size());
        long released = growth.releaseFor(wanted, wish.size());
        trail.add("release unused segments", released);
        if (released > 0 && growth.room() >= wish.size()) {
            return;
        }
        long completed = stall.waitForAll();
        handOver.consolidate(core.hostDomain(), false);
        trail.add("wait for pending work", completed);
        trail.add("release unused segments", takeable(domain, wish) ? 0 : growth.releaseFor(wanted, wish.size()));
    }

    /** Returns what allocations could get without anybody freeing: to see whether something came free. */
    private long freeable() {
        long room = growth.room();
        core.lock();
        try {
            return room + heap.segments().bytes() - heap.allocatedBytes();
        } finally {
            core.unlock();
        }
    }

    private boolean takeable(Domain domain, Wish wish) {
        core.lock();
        try {
            return heap.find(domain, wish.size(), wish.alignment(), wish.small()) != null;
        } finally {
            core.unlock();
        }
    }

    private @Nullable Block takeOrGrow(Domain domain, Wish wish) {
        Block block = take(domain, wish);
        if (block == null) {
            block = growth.grow(domain, wish);
        }
        return block != null ? block : takeFrom(domain, wish, !wish.small());
    }

    private @Nullable Block take(Domain domain, Wish wish) {
        return takeFrom(domain, wish, wish.small());
    }

    private @Nullable Block takeFrom(Domain domain, Wish wish, boolean small) {
        core.lock();
        try {
            Block block = heap.find(domain, wish.size(), wish.alignment(), small);
            return block == null
                    ? null
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
