package dev.quarry.internal.pool;

import dev.quarry.AllocationRequest;
import dev.quarry.internal.pool.Trail.Quest;
import dev.quarry.internal.segment.Block;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes blocks for requests: from the stream's cache, else from the index, else by the ladder. */
final class Dispenser {
    private final PoolCore core;
    private final Ladder ladder;
    private final PoolReports reports;

    Dispenser(PoolCore core, Ladder ladder, PoolReports reports) {
        this.core = core;
        this.ladder = ladder;
        this.reports = reports;
    }

    /** Takes a block for a plain request, or throws. */
    Block take(Domain domain, long bytes, long size) {
        Block block = takeFromCache(domain, size, bytes, Tags.NONE);
        if (block == null) {
            block = takeFromIndex(domain, size, 1, bytes, Tags.NONE, Effort.OR_THROW, false);
        }
        return block != null ? block : climb(domain, new Wish(size, 1, Heap.isSmall(size), bytes, Tags.NONE));
    }

    /** Takes a block that the domain's cache has for a request, or returns {@code null}; asks nothing else. */
    @Nullable
    Block hit(Domain domain, long size, AllocationRequest request) {
        boolean plain =
                !request.isShareable() && request.alignment() <= core.classes().granule();
        return plain ? takeFromCache(domain, size, request.bytes(), core.tags().number(request.tag())) : null;
    }

    /**
     * Takes a block for a request.
     *
     * @param claimed whether its bytes are claimed: then no cache is asked, since the claim ends with the block in hand
     * @return the block, or {@code null} if the effort was not enough and is not {@linkplain Effort#isThrowing throwing}
     */
    @Nullable
    Block take(Domain domain, long size, AllocationRequest request, Effort effort, boolean claimed) {
        int tag = core.tags().number(request.tag());
        long alignment = request.alignment();
        Wish wish = new Wish(size, alignment, Heap.isSmall(size), request.bytes(), tag, claimed);
        if (request.isShareable()) {
            return climb(new Quest(domain, wish, true), effort);
        }
        Block block = null;
        if (!claimed && alignment <= core.classes().granule()) {
            block = takeFromCache(domain, size, request.bytes(), tag);
        }
        if (block == null) {
            block = takeFromIndex(domain, size, alignment, request.bytes(), tag, effort, claimed);
        }
        return block != null ? block : climb(new Quest(domain, wish, false), effort);
    }

    /** Takes blocks that lie side by side out of one free block; none if there is no such block at once. */
    List<Block> takeRow(Domain domain, long[] sizes, long[] requested, long sum) {
        core.lock();
        try {
            core.checkOpen();
            Block block = core.heap().find(domain, sum, 1, Heap.isSmall(sum));
            boolean admitted = !core.headroom().isActive() || core.headroom().admits(sum);
            return block == null || !admitted ? List.of() : core.heap().carveRow(block, sizes, requested, sum, domain);
        } finally {
            core.unlock();
        }
    }

    private @Nullable Block takeFromCache(Domain domain, long size, long bytes, int tag) {
        Block block = domain.cache().poll(size, bytes);
        if (block != null) {
            block.hold(domain.id(), bytes, tag);
            core.noteHit(domain.cache());
        }
        return block;
    }

    private @Nullable Block takeFromIndex(
            Domain domain, long size, long alignment, long requested, int tag, Effort effort, boolean claimed) {
        Heap heap = core.heap();
        boolean small = Heap.isSmall(size);
        Block block;
        if (size >= Domain.WEIGHED_BYTES) {
            domain.weigh(size);
        }
        core.lock();
        try {
            core.checkOpen();
            block = heap.find(domain, size, alignment, small);
            if (block == null) {
                return null;
            }
            if (claimed || core.headroom().isActive()) {
                return carveWithin(block, domain, size, alignment, requested, tag, claimed);
            }
            boolean roomy = heap.segments().bytes() < core.tightBytes();
            if (roomy || !effort.climbs() || !(heap.isMuchTooLarge(block, size) || ladder.places(size))) {
                return heap.carve(block, size, alignment, domain, requested, tag);
            }
        } finally {
            core.unlock();
        }
        return null; // the ladder exchanges it for one of the right size, or finds a better place
    }

    /** Carves if that leaves what is kept for others; under the lock. */
    private @Nullable Block carveWithin(
            Block block, Domain domain, long size, long alignment, long requested, int tag, boolean claimed) {
        if (claimed) {
            core.headroom().settleHeld(size);
        } else if (!core.headroom().admits(size)) {
            return null;
        }
        return core.heap().carve(block, size, alignment, domain, requested, tag);
    }

    private Block climb(Domain domain, Wish wish) {
        Trail trail = new Trail();
        Block block = ladder.climb(new Quest(domain, wish, false), trail, true);
        if (block == null) {
            throw reports.failure(wish.requested(), trail);
        }
        return block;
    }

    private @Nullable Block climb(Quest quest, Effort effort) {
        if (!effort.climbs()) {
            return null;
        }
        Trail trail = new Trail(effort.stallNanos());
        Block block = ladder.climb(quest, trail, effort.callsHandler());
        if (block == null && effort.isThrowing()) {
            throw reports.failure(quest.wish().requested(), trail);
        }
        core.counters().outOfMemory.addAndGet(block == null ? 1 : 0);
        return block;
    }
}
