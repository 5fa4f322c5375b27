package dev.quarry.internal.pool;

import dev.quarry.internal.account.Account;
import dev.quarry.internal.segment.Block;
import dev.quarry.spi.DriverException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pool to its limits where they leave less than can be found: gives back what nobody uses after a limit was
 * lowered, and lets nobody up the ladder for what is kept for others. The caller holds the gate.
 */
final class LimitKeeper {
    /** How often caches are emptied for an attempt while other threads fill them. */
    private static final int MOST_DRAINS = 16;

    private final PoolCore core;
    private final StreamOrder order;
    private final HandOver handOver;
    private final Pending pending;
    private final Growth growth;

    LimitKeeper(PoolCore core, StreamOrder order, HandOver handOver, Pending pending, Growth growth) {
        this.core = core;
        this.order = order;
        this.handOver = handOver;
        this.pending = pending;
        this.growth = growth;
    }

    /** Gives back what nobody uses and no work can touch, as long as a limit here or above is lower than what is reserved. */
    void keep() {
        long excess = core.account().excess();
        if (excess > 0 && !core.isSecluded()) {
            core.headroom().refresh();
            handOver.drainCaches();
            core.domains().forEach(order::noteIfIdle);
            pending.poll();
            handOver.consolidate(core.hostDomain(), false);
            growth.release().giveBack(excess);
        }
        if (excess > 0 || core.headroom().isLowered()) {
            core.headroom().refresh();
        }
    }

    /** Keeps to a limit above the pool's that was changed; takes the gate. */
    void changed() {
        core.gate().lock();
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
     * Searches for a wish if it may be served, and keeps its bytes from others meanwhile.
     *
     * @return what the search found, or {@code null}, also if it may not be served
     */
    @Nullable
    Block within(Wish wish, Supplier<@Nullable Block> search) {
        keep();
        Headroom headroom = core.headroom();
        if (!headroom.isActive() && !wish.claimed()) {
            return search.get();
        }
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
