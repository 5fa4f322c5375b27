package dev.quarry.internal.pool;

import static dev.quarry.LadderStep.DRAIN_CACHES;
import static dev.quarry.LadderStep.MERGE;
import static dev.quarry.LadderStep.OTHER_SEGMENTS;
import static dev.quarry.LadderStep.RECLAIM;
import static dev.quarry.LadderStep.RELEASE;
import static dev.quarry.LadderStep.REMAP;
import static dev.quarry.LadderStep.TAKE_COMPLETED;
import static dev.quarry.LadderStep.TAKE_FROM_STREAMS;
import static dev.quarry.LadderStep.WAIT;
import static dev.quarry.LadderStep.WAIT_FOR_BLOCK;

import dev.quarry.LadderStep;
import dev.quarry.PoolMode;
import dev.quarry.internal.device.DriverStream;
import dev.quarry.internal.pool.Trail.Quest;
import dev.quarry.internal.segment.Block;
import org.jspecify.annotations.Nullable;

/**
 * What happens when neither cache nor index has a fitting block: the steps of {@link LadderStep}, the index searched again
 * after every one that can free. One thread at a time is on the ladder; others that miss wait for it, then search again,
 * since what it brought may serve them.
 */
final class Ladder {
    private final PoolCore core;
    private final Heap heap;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Growth growth;
    private final SegmentRelease release;
    private final Stall stall;
    private final Pressure pressure;
    private final LimitKeeper limits;
    private final Salvage salvage;
    private final Steps steps;
    private final HandlerCall handler;

    Ladder(
            PoolCore core,
            StreamOrder order,
            HandOver handOver,
            Pending pending,
            Growth growth,
            Stall stall,
            PoolReports reports,
            Pressure pressure,
            LimitKeeper limits,
            Salvage salvage) {
        this.core = core;
        this.heap = core.heap();
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.growth = growth;
        this.release = growth.release();
        this.stall = stall;
        this.pressure = pressure;
        this.limits = limits;
        this.salvage = salvage;
        this.steps = new Steps(core);
        this.handler = new HandlerCall(core, steps, reports);
    }

    /**
     * Finds or makes a block.
     *
     * @param trail gets what was tried
     * @param callHandler whether the user's handler may be asked
     * @return the block, in use, or {@code null} if there is not enough memory
     */
    @Nullable
    Block climb(Quest quest, Trail trail, boolean callHandler) {
        trail.begin(quest);
        Domain domain = quest.domain();
        Wish wish = quest.wish();
        boolean asked = false;
        while (true) {
            long freeBefore;
            core.gate().lock();
            try {
                core.checkOpen();
                freeBefore = handler.freeable();
                Block block = limits.within(
                        wish, () -> quest.dedicated() ? dedicate(domain, wish, trail) : serve(domain, wish, trail));
                if (block != null) {
                    steps.countServed(trail);
                    return block;
                }
            } finally {
                core.gate().unlock();
            }
            boolean given = !asked && limits.askOthers(wish, steps, trail);
            asked = true;
            if (!given && (!callHandler || !handler.freesSomething(wish, trail, freeBefore))) {
                return null;
            }
        }
    }

    /** Returns whether a request is to be placed by the ladder even where a free block fits it. Under the lock. */
    boolean places(long size) {
        return growth.isCramped(size) && steps.isOn(REMAP);
    }

    private @Nullable Block serve(Domain domain, Wish wish, Trail trail) {
        Block block = place(domain, wish, trail);
        if (block == null) {
            block = search(domain, wish, trail);
        }
        if (block == null) {
            domain.sampleNext();
            block = grow(domain, wish, trail);
            if (block == null) {
                block = atTheLimit(domain, wish, trail);
            }
            pressure.assess();
        }
        return block;
    }

    /** Searches everything that is there, without growing and without waiting on the host. */
    private @Nullable Block search(Domain domain, Wish wish, Trail trail) {
        Block block = takeOrExchange(domain, wish, trail);
        if (block != null) {
            return block;
        }
        boolean waits = trail.waits(order.canWait(domain));
        block = steps.attempt(TAKE_COMPLETED, trail, () -> takeIf(trail.freed(pending.poll()), domain, wish));
        if (block == null) {
            block = steps.attempt(TAKE_FROM_STREAMS, trail, () -> trail.took(handOver.steal(domain, wish, waits)));
        }
        if (block == null) {
            block = steps.attempt(DRAIN_CACHES, trail, () -> takeIf(trail.freed(handOver.drainCaches()), domain, wish));
        }
        if (block == null) {
            block = steps.attempt(MERGE, trail, () -> takeIf(trail.freed(merge(domain, wish, waits)), domain, wish));
        }
        if (block == null) {
            block = steps.attempt(RECLAIM, trail, () -> takeIf(trail.freed(reclaim(domain, waits)), domain, wish));
        }
        if (block != null && trail.served() != DRAIN_CACHES) {
            core.counters().handedOver.incrementAndGet();
        }
        return block;
    }

    private long merge(Domain domain, Wish wish, boolean waits) {
        return core.isSecluded() ? handOver.join(domain, wish) : merge(domain, waits);
    }

    private long merge(Domain domain, boolean waits) {
        long moved = handOver.merge(domain, waits);
        DriverStream stream = domain.stream();
        return moved + (waits && stream != null ? pending.takeAll(domain, stream) : 0);
    }

    /** Frees what was lost, and takes what is complete of it; returns the bytes freed. */
    private long reclaim(Domain domain, boolean waits) {
        long bytes = salvage.reclaim();
        if (bytes > 0) {
            pending.poll();
            merge(domain, waits);
        }
        return bytes;
    }

    private @Nullable Block grow(Domain domain, Wish wish, Trail trail) {
        Block block = null;
        if (core.options().mode() == PoolMode.THRIFTY && growth.canRemap() && steps.isOn(REMAP)) {
            block = remap(domain, wish, trail);
            if (block == null && stall.mayWait(trail)) {
                block = steps.attempt(WAIT, trail, () -> await(trail) > 0 ? take(domain, wish) : null);
                block = block == null && trail.lastFreed() > 0 ? remap(domain, wish, trail) : block;
            }
        }
        return block == null ? growth.grow(domain, wish) : block;
    }

    /** The steps that are worth their price only when the limit or the device refused to grow. */
    private @Nullable Block atTheLimit(Domain domain, Wish wish, Trail trail) {
        boolean remaps = growth.canRemap();
        Block block = steps.attempt(OTHER_SEGMENTS, trail, () -> trail.took(takeFrom(domain, wish, !wish.small())));
        if (block == null) {
            drain(trail);
            block = remaps ? remap(domain, wish, trail) : release(domain, wish, trail);
        }
        if (block == null && stall.mayWait(trail)) {
            block = steps.attempt(WAIT, trail, () -> {
                await(trail);
                return takeOrGrow(domain, wish);
            });
            block = block == null && remaps ? remap(domain, wish, trail) : block;
        }
        if (block == null) {
            block = release(domain, wish, trail);
        }
        if (block == null && stall.mayWait(trail)) {
            block = steps.attempt(
                    WAIT_FOR_BLOCK, trail, () -> trail.took(handOver.takeByWaiting(domain, wish, stall, trail)));
        }
        if (block == null && !(steps.isOn(WAIT) && stall.mayWait(trail))) {
            order.noteComplete(); // the report tells what is complete, and nobody may have asked
        }
        return block;
    }

    /** Takes a segment of its own for a wish, making room where needed. */
    private @Nullable Block dedicate(Domain domain, Wish wish, Trail trail) {
        Block block = growth.dedicate(domain, wish);
        if (block == null) {
            // What waits may be a segment of its own, and goes back to the driver when it is freed.
            block = steps.attempt(TAKE_COMPLETED, trail, () -> dedicateIf(trail.freed(pending.poll()), domain, wish));
        }
        if (block == null) {
            drain(trail);
            steps.prepare(MERGE, trail, () -> handOver.merge(core.hostDomain(), false));
            steps.prepare(RECLAIM, trail, () -> reclaim(core.hostDomain(), false));
            block = releaseAndDedicate(domain, wish, trail);
        }
        if (block == null && stall.mayWait(trail)) {
            block = steps.attempt(WAIT, trail, () -> dedicateIf(await(trail), domain, wish));
            block = block == null ? releaseAndDedicate(domain, wish, trail) : block;
        }
        return block;
    }

    private @Nullable Block releaseAndDedicate(Domain domain, Wish wish, Trail trail) {
        return steps.attempt(
                RELEASE,
                trail,
                () -> dedicateIf(trail.freed(release.releaseFor(wish.size(), wish.size())), domain, wish));
    }

    private @Nullable Block dedicateIf(long freed, Domain domain, Wish wish) {
        return freed > 0 ? growth.dedicate(domain, wish) : null;
    }

    /** Takes a block; where memory is short and it is all of a much too large segment, exchanges that for one of the right size. */
    private @Nullable Block takeOrExchange(Domain domain, Wish wish, Trail trail) {
        Block block;
        core.lock();
        try {
            block = heap.find(domain, wish.size(), wish.alignment(), wish.small());
            boolean roomy = heap.segments().bytes() < core.tightBytes();
            if (block == null || roomy || !heap.isMuchTooLarge(block, wish.size())) {
                return block == null ? null : wish.carve(heap, block, domain);
            }
        } finally {
            core.unlock();
        }
        Block exchanged = exchange(domain, wish, block, trail);
        return exchanged != null ? exchanged : take(domain, wish);
    }

    private @Nullable Block exchange(Domain domain, Wish wish, Block block, Trail trail) {
        long need = core.growthPolicy().least(wish.size());
        if (need >= block.size()) {
            return null;
        }
        if (core.room() >= need) {
            return growth.grow(domain, wish);
        }
        Block exchanged = releaseAll(block, domain, wish, trail);
        if (exchanged == null && steps.isOn(RELEASE) && stall.mayWait(trail)) {
            steps.prepare(WAIT, trail, () -> stall.waitForAll(trail));
            exchanged = trail.lastFreed() > 0 ? releaseAll(block, domain, wish, trail) : null;
        }
        return exchanged;
    }

    /** Gives the segment back that a block is all of, and grows. */
    private @Nullable Block releaseAll(Block block, Domain domain, Wish wish, Trail trail) {
        return steps.attempt(
                RELEASE,
                trail,
                () -> trail.freed(release.releaseSegmentOf(block)) > 0 ? growth.grow(domain, wish) : null);
    }

    private @Nullable Block place(Domain domain, Wish wish, Trail trail) {
        boolean places;
        core.lock();
        try {
            places = places(wish.size());
        } finally {
            core.unlock();
        }
        return places ? steps.attempt(REMAP, trail, () -> trail.took(growth.place(domain, wish))) : null;
    }

    private @Nullable Block remap(Domain domain, Wish wish, Trail trail) {
        return steps.attempt(REMAP, trail, () -> trail.took(growth.remap(domain, wish)));
    }

    private @Nullable Block release(Domain domain, Wish wish, Trail trail) {
        return steps.attempt(RELEASE, trail, () -> {
            long wanted = core.growthPolicy().least(wish.size());
            return trail.freed(release.releaseFor(wanted, wish.size())) > 0 ? takeOrGrow(domain, wish) : null;
        });
    }

    /** Empties the caches again, where a step that follows needs memory in one piece. */
    private void drain(Trail trail) {
        steps.prepare(DRAIN_CACHES, trail, handOver::drainCaches);
    }

    /** Waits for all work that keeps memory from being free, and lets what is complete merge. */
    private long await(Trail trail) {
        long completed = trail.freed(stall.waitForAll(trail));
        handOver.merge(core.hostDomain(), false);
        return completed;
    }

    private @Nullable Block takeOrGrow(Domain domain, Wish wish) {
        Block block = take(domain, wish);
        if (block == null) {
            block = growth.grow(domain, wish);
        }
        return block != null || !steps.isOn(OTHER_SEGMENTS) ? block : takeFrom(domain, wish, !wish.small());
    }

    private @Nullable Block takeIf(long freed, Domain domain, Wish wish) {
        return freed > 0 ? take(domain, wish) : null;
    }

    private @Nullable Block take(Domain domain, Wish wish) {
        return takeFrom(domain, wish, wish.small());
    }

    private @Nullable Block takeFrom(Domain domain, Wish wish, boolean small) {
        core.lock();
        try {
            Block block = heap.find(domain, wish.size(), wish.alignment(), small);
            return block == null ? null : wish.carve(heap, block, domain);
        } finally {
            core.unlock();
        }
    }
}
