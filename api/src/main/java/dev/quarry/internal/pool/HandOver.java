package dev.quarry.internal.pool;

import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.segment.Block;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The second cache level: lets one domain take what others freed, as far as {@link StreamOrder} allows. The caller holds
 * the gate; the pool's lock is taken for the moments in which the heap changes, and never across a driver call.
 */
final class HandOver {
    /** Attempts to take a block before another thread does; the ladder goes on after them. */
    private static final int MOST_ATTEMPTS = 64;

    private final PoolCore core;
    private final Heap heap;
    private final StreamOrder order;

    HandOver(PoolCore core, StreamOrder order) {
        this.core = core;
        this.heap = core.heap();
        this.order = order;
    }

    /** Takes the best fit that another domain owns, or returns {@code null}. */
    @Nullable
    Block steal(Domain domain, Wish wish, boolean waits) {
        List<Domain> refused = new ArrayList<>();
        for (int attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
            Domain owner;
            long sequence;
            core.lock();
            try {
                Block best = bestForeign(domain, wish, refused);
                if (best == null) {
                    return null;
                }
                owner = heap.domain(best.owner());
                sequence = best.sequence();
            } finally {
                core.unlock();
            }
            if (!order.order(domain, owner, sequence, waits)) {
                refused.add(owner);
                continue;
            }
            core.lock();
            try {
                Block block = heap.fit(owner.index(wish.small()), wish.size(), wish.alignment());
                if (block != null && order.isOrdered(domain, owner, block.sequence())) {
                    return wish.carve(heap, block, domain);
                }
            } finally {
                core.unlock();
            }
        }
        return null;
    }

    /**
     * Takes the best fit that another domain owns after waiting for its work on the host. Nobody reaches the block meanwhile:
     * else a stream that allocates and frees all the time could make it its own again and again, with work that is not
     * complete, and no other domain would ever get it.
     *
     * @return the block, or {@code null} if there is none or the wait took too long
     */
    @Nullable
    Block takeByWaiting(Domain domain, Wish wish, Stall stall, Trail trail) {
        Block block;
        Domain owner;
        long sequence;
        core.lock();
        try {
            block = bestForeign(domain, wish, List.of());
            if (block == null) {
                return null;
            }
            owner = heap.domain(block.owner());
            sequence = block.sequence();
            heap.detach(block);
            core.counters().transitBytes += block.size();
        } finally {
            core.unlock();
        }
        boolean complete = false;
        Block taken = null;
        try {
            complete = stall.waitFor(owner, sequence, trail);
        } finally {
            core.lock();
            try {
                core.counters().transitBytes -= block.size();
                heap.free(block, complete ? core.hostDomain() : owner);
                Block fit = complete ? heap.find(domain, wish.size(), wish.alignment(), wish.small()) : null;
                taken = fit == null ? null : wish.carve(heap, fit, domain);
            } finally {
                core.unlock();
            }
        }
        return taken;
    }

    /**
     * Empties all stream caches, and merges as {@link #merge}.
     *
     * @return bytes moved
     */
    long consolidate(Domain domain, boolean waits) {
        return drainCaches() + merge(domain, waits);
    }

    /**
     * Moves to a domain all free blocks that it can be ordered behind, so that neighbours merge whoever freed them.
     *
     * @return bytes moved
     */
    long merge(Domain domain, boolean waits) {
        long moved = 0;
        if (core.isSecluded()) {
            return moved;
        }
        // What a stream has waited for is ordered for that stream alone: without waits, only what is complete may move.
        Domain target = waits ? domain : core.hostDomain();
        for (Domain owner : core.domains()) {
            if (owner == domain || owner.isHost()) {
                continue;
            }
            long sequence = order.sequenceOf(owner);
            if (!owner.isEmpty() && order.order(target, owner, sequence, waits)) {
                moved += move(owner, target);
            }
            retireIfGone(owner);
        }
        if (!domain.isHost()) {
            moved += adopt(domain);
        }
        return moved;
    }

    /**
     * Makes one block that nobody owns a domain's, so that it merges with what the domain freed beside it, if a wish fits into
     * both together and the block is the smallest one of which that is true.
     *
     * @return bytes of the block
     */
    long join(Domain domain, Wish wish) {
        core.lock();
        try {
            Block best = null;
            for (Block block : blocksOf(core.hostDomain().index(wish.small()))) {
                boolean fits = wholeWith(domain, block) >= wish.size() + wish.alignment() - 1;
                if (fits && (best == null || block.size() < best.size())) {
                    best = block;
                }
            }
            if (best == null || domain.isHost()) {
                return 0;
            }
            long size = best.size();
            heap.transfer(best, domain);
            return size;
        } finally {
            core.unlock();
        }
    }

    /** Returns the size of a free block with the neighbours that a domain freed. */
    private static long wholeWith(Domain domain, Block block) {
        Block before = block.previous();
        Block after = block.next();
        return block.size()
                + (before != null && isFreeOf(domain, before) ? before.size() : 0)
                + (after != null && isFreeOf(domain, after) ? after.size() : 0);
    }

    /** Ends a domain whose stream closes: its memory stays behind one last mark. */
    void end(Domain domain) {
        order.recordLast(domain);
        domain.end();
        domain.cache().limit(0, 0, 0);
        drain(domain);
    }

    /** Empties all stream caches into the index. */
    long drainCaches() {
        long drained = 0;
        for (Domain domain : core.domains()) {
            drained += domain.cache().isEmpty() ? 0 : drain(domain);
        }
        return drained;
    }

    /** Empties one domain's cache into the index; needs the lock only, not the gate. */
    long drain(Domain domain) {
        core.lock();
        try {
            long before = domain.indexedBytes();
            domain.cache().drain(block -> heap.free(block, domain));
            return domain.indexedBytes() - before;
        } finally {
            core.unlock();
        }
    }

    /** Gives what is left of a domain whose stream is closed, and whose work is complete, to the host's domain. */
    private void retireIfGone(Domain domain) {
        if (domain.isEnded() && order.isComplete(domain, Domain.EVERYTHING)) {
            order.forgetMarks(domain);
            core.lock();
            try {
                moveLocked(domain, core.hostDomain());
                heap.retire(domain);
            } finally {
                core.unlock();
            }
        }
    }

    private @Nullable Block bestForeign(Domain domain, Wish wish, List<Domain> refused) {
        Block best = null;
        for (Domain owner : heap.presentDomains()) {
            if (owner != domain && !owner.isHost() && !refused.contains(owner)) {
                Block block = heap.fit(owner.index(wish.small()), wish.size(), wish.alignment());
                if (block != null && (best == null || block.precedes(best))) {
                    best = block;
                }
            }
        }
        return best;
    }

    private long move(Domain owner, Domain target) {
        core.lock();
        try {
            return moveLocked(owner, target);
        } finally {
            core.unlock();
        }
    }

    private long moveLocked(Domain owner, Domain target) {
        long moved = 0;
        for (boolean small : new boolean[] {true, false}) {
            for (Block block : blocksOf(owner.index(small))) {
                if (order.isOrdered(target, owner, block.sequence())) {
                    moved += block.size();
                    heap.transfer(block, target);
                }
            }
        }
        return moved;
    }

    /** Makes blocks that nobody owns and that stand beside a domain's free blocks the domain's, so that they merge. */
    private long adopt(Domain domain) {
        Domain host = core.hostDomain();
        long adopted = 0;
        core.lock();
        try {
            for (boolean small : new boolean[] {true, false}) {
                for (Block block : blocksOf(host.index(small))) {
                    // An earlier one may have merged with this one.
                    if (isFreeOf(host, block)
                            && (isFreeOf(domain, block.previous()) || isFreeOf(domain, block.next()))) {
                        adopted += block.size();
                        heap.transfer(block, domain);
                    }
                }
            }
        } finally {
            core.unlock();
        }
        return adopted;
    }

    private static List<Block> blocksOf(FreeIndex index) {
        List<Block> blocks = new ArrayList<>(index.count());
        index.forEach(blocks::add);
        return blocks;
    }

    private static boolean isFreeOf(Domain domain, @Nullable Block block) {
        return block != null && block.isFreeOf(domain.id());
    }
}
