package dev.quarry.internal.pool;

import dev.quarry.LadderStep;
import dev.quarry.MemoryKind;
import dev.quarry.internal.account.Account;
import dev.quarry.internal.device.DeviceShare;
import dev.quarry.internal.segment.Block;
import dev.quarry.spi.DriverException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pool to its limits where they leave less than can be found: gives back what nobody uses after a limit was
 * lowered, and lets nobody up the ladder for what is kept for others.
 */
final class LimitKeeper implements DeviceShare.Tenant {
    /** How often caches are emptied for an attempt while other threads fill them. */
    private static final int MOST_DRAINS = 16;

    private final PoolCore core;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Growth growth;
    private final Admission admission;

    LimitKeeper(
            PoolCore core, StreamOrder order, HandOver handOver, Pending pending, Growth growth, Admission admission) {
        this.admission = admission;
        this.core = core;
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.growth = growth;
    }

    @Override
    public void limitChanged() {
        if (enterForOthers()) { // else the next request looks
            try {
                if (!core.isClosed()) {
                    keep();
                }
            } catch (DriverException e) {
                core.log("a driver failed while memory was given back for a lower limit; it stays", e);
            } finally {
                core.gate().unlock();
            }
        }
        if (admission.isAwaited()) {
            admission.signal();
        }
    }

    @Override
    public boolean holds(MemoryKind kind) {
        return core.kind().equals(kind) && !core.backing().supply().isForeign();
    }

    @Override
    public long giveBack(long bytes) {
        if (core.isSecluded() || !enterForOthers()) {
            return 0;
        }
        try {
            return core.isClosed() ? 0 : giveBackUnused(bytes);
        } catch (DriverException e) {
            core.log("a driver failed while memory was given back for another pool; it stays", e);
            return 0;
        } finally {
            core.gate().unlock();
        }
    }

    /**
     * Takes the gate for a thread that another pool, or a changed limit, has sent. Where memory is a source's, whoever holds the gate may be in the
     * source, which may wait for that very thread: then nothing is given.
     */
    private boolean enterForOthers() {
        if (core.backing().supply().isForeign()) {
            return core.gate().tryLock();
        }
        core.gate().lock();
        return true;
    }

    /**
     * Gives back what nobody uses and no work can touch, as long as a limit here or above is lower than what is reserved.
     * The caller holds the gate.
     */
    void keep() {
        long excess = core.account().excess();
        if (excess > 0) {
            core.headroom().refresh();
            giveBackUnused(excess);
        }
        if (excess > 0 || core.headroom().isLowered()) {
            core.headroom().refresh();
        }
    }

    private long giveBackUnused(long bytes) {
        if (core.isSecluded()) {
            return 0;
        }
        SegmentRelease release = growth.release();
        long before = release.releasedBytes();
        handOver.drainCaches();
        core.domains().forEach(order::noteIfIdle);
        pending.poll(); // gives back what was shareable, too
        handOver.consolidate(core.hostDomain(), false);
        long left = bytes - (release.releasedBytes() - before);
        if (left > 0) {
            release.giveBack(left);
        }
        return release.releasedBytes() - before;
    }

    @Override
    public long idleBytes() {
        if (core.isSecluded()) {
            return 0; // nothing that others could have
        }
        core.lock();
        try {
            long reserved = core.heap().segments().bytes() + core.counters().spareBytes;
            return reserved - core.heap().allocatedBytes();
        } finally {
            core.unlock();
        }
    }

    /** Charges a child's account and claims the bytes, after emptying the caches where that helps. Needs no gate. */
    boolean claim(Account child, long size) {
        Headroom headroom = core.headroom();
        return headroom.charge(child, size)
                || (child.refusal(size) == null && handOver.drainCaches() > 0 && headroom.charge(child, size));
    }

    /**
     * Changes a child's reservation and limit, after emptying the caches where that helps; returns whether that is possible.
     * Needs no gate.
     */
    boolean resize(Account child, long reservation, long limit) {
        Headroom headroom = core.headroom();
        return headroom.resize(child, reservation, limit)
                || (handOver.drainCaches() > 0 && headroom.resize(child, reservation, limit));
    }

    /**
     * Lets the other pools of the device give back what they do not use, where it is not this pool's own limit that refuses.
     * The caller does not hold the gate: the others' are taken.
     *
     * @return whether they gave something
     */
    boolean askOthers(Wish wish, Steps steps, Trail trail) {
        // A thread in a source of memory holds the gate of the pool over it: two such would wait for each other.
        if (SourceSupply.isAsked() || !isRefusedAbove(wish)) {
            return false;
        }
        DeviceShare share = core.device().share();
        if (!steps.isOn(LadderStep.OTHER_POOLS)) {
            trail.skip(LadderStep.OTHER_POOLS);
            trail.leave(share.idleBytes(this));
            return false;
        }
        long start = core.clock().getAsLong();
        boolean given = trail.freed(share.giveBack(this, core.kind(), wish.size())) > 0;
        steps.count(LadderStep.OTHER_POOLS, trail, start, given);
        return given;
    }

    /** Returns whether the device refuses, or a limit above this pool's own, and not what is kept for its children. */
    private boolean isRefusedAbove(Wish wish) {
        Account refusing = core.account().refusal(wish.size());
        if (refusing == null ? core.backing().supply().isForeign() : refusing.equals(core.account())) {
            return false;
        }
        Headroom headroom = core.headroom();
        if (!headroom.isActive() || wish.claimed()) {
            return true;
        }
        boolean fits = headroom.claim(wish.size());
        if (fits) {
            headroom.settle(wish.size());
        }
        return fits;
    }

    /**
     * Searches for a wish if it may be served, and keeps its bytes from others meanwhile. The caller holds the gate.
     *
     * @return what the search found, or {@code null}, also if it may not be served
     */
    @Nullable
    Block within(Wish wish, Supplier<@Nullable Block> search) {
        keep();
        Headroom headroom = core.headroom();
        if (!wish.claimed() && !claims(wish.size())) {
            return null;
        }
        Block block = null;
        try {
            block = search.get();
            return block;
        } finally {
            if (block != null || !wish.claimed()) {
                headroom.settle(wish.size());
            }
        }
    }

    private boolean claims(long size) {
        boolean claimed = core.headroom().claim(size);
        for (int i = 0; !claimed && i < MOST_DRAINS && handOver.drainCaches() > 0; i++) {
            claimed = core.headroom().claim(size);
        }
        return claimed;
    }
}
