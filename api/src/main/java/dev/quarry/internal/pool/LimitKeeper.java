package dev.quarry.internal.pool;

import dev.quarry.internal.segment.Block;
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
        if (excess > 0) {
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

    /**
     * Searches for a wish if it may be served, and keeps its bytes from others meanwhile.
     *
     * @return what the search found, or {@code null}, also if it may not be served
     */
    @Nullable
    Block within(Wish wish, Ladder.Trail trail, Supplier<@Nullable Block> search) {
        keep();
        Headroom headroom = core.headroom();
        if (!headroom.isActive() && !wish.claimed()) {
            return search.get();
        }
        if (!wish.claimed() && !claims(wish.size())) {
            trail.add("keep to the limit, and to what is kept for child pools", 0);
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
