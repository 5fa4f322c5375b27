package dev.quarry.internal.pool;

import dev.quarry.AllocationRequest;
import dev.quarry.internal.cache.StreamCache;

/** Takes blocks for requests: from the stream's cache, else from the index, else by the ladder. */
final class Dispenser {
    private static final int[] NONE = {};

    private final PoolCore core;
    private final Ladder ladder;
    private final PoolReports reports;

    Dispenser(PoolCore core, Ladder ladder, PoolReports reports) {
        this.core = core;
        this.ladder = ladder;
        this.reports = reports;
    }

    /** Takes a block for a plain request, or throws. */
    int take(Domain domain, long bytes, long size) {
        int block = 0;
        if (size <= core.cacheBlockBytes()) {
            block = takeFromCache(domain.cache(), domain, bytes, size, Tags.NONE);
        }
        if (block == 0) {
            block = takeFromIndex(domain, size, 1, bytes, Tags.NONE, Effort.OR_THROW);
        }
        return block != 0
                ? block
                : climb(domain, new Wish(size, 1, Heap.isSmall(size), bytes, Tags.NONE), Effort.OR_THROW);
    }

    /**
     * Takes a block for a request.
     *
     * @return the block, or 0 if the effort was not enough and is not {@link Effort#OR_THROW}
     */
    int take(Domain domain, long size, AllocationRequest request, Effort effort) {
        int tag = core.tags().number(request.tag());
        long alignment = request.alignment();
        Wish wish = new Wish(size, alignment, Heap.isSmall(size), request.bytes(), tag);
        if (request.isShareable()) {
            return dedicate(domain, wish, effort);
        }
        int block = 0;
        if (size <= core.cacheBlockBytes() && alignment <= core.classes().granule()) {
            block = takeFromCache(domain.cache(), domain, request.bytes(), size, tag);
        }
        if (block == 0) {
            block = takeFromIndex(domain, size, alignment, request.bytes(), tag, effort);
        }
        return block != 0 ? block : climb(domain, wish, effort);
    }

    /** Takes blocks that lie side by side out of one free block; none if there is no such block at once. */
    int[] takeRow(Domain domain, long[] sizes, long[] requested, long sum) {
        core.lock();
        try {
            core.checkOpen();
            int block = core.heap().find(domain, sum, 1, Heap.isSmall(sum));
            return block == 0 ? NONE : core.heap().carveRow(block, sizes, requested, sum, domain);
        } finally {
            core.unlock();
        }
    }

    private int takeFromCache(StreamCache cache, Domain domain, long bytes, long size, int tag) {
        int block = cache.poll(core.classes().classOf(size), bytes);
        if (block != 0) {
            core.table().hold(block, domain.id(), bytes, tag);
        }
        return block;
    }

    private int takeFromIndex(Domain domain, long size, long alignment, long requested, int tag, Effort effort) {
        Heap heap = core.heap();
        boolean small = Heap.isSmall(size);
        int block;
        core.lock();
        try {
            core.checkOpen();
            block = heap.find(domain, size, alignment, small);
            if (block == 0) {
                return 0;
            }
            boolean roomy = heap.segments().bytes() < core.tightBytes();
            if (roomy || !effort.climbs() || !heap.isMuchTooLarge(block, size)) {
                return heap.carve(block, size, alignment, domain, requested, tag);
            }
        } finally {
            core.unlock();
        }
        return ladder.exchange(domain, new Wish(size, alignment, small, requested, tag), block);
    }

    private int climb(Domain domain, Wish wish, Effort effort) {
        if (!effort.climbs()) {
            return 0;
        }
        Ladder.Trail trail = new Ladder.Trail();
        int block = ladder.climb(domain, wish, trail, effort.callsHandler());
        return block != 0 ? block : failed(wish, trail, effort);
    }

    private int dedicate(Domain domain, Wish wish, Effort effort) {
        if (!effort.climbs()) {
            return 0;
        }
        Ladder.Trail trail = new Ladder.Trail();
        int block = ladder.dedicate(domain, wish, trail);
        return block != 0 ? block : failed(wish, trail, effort);
    }

    private int failed(Wish wish, Ladder.Trail trail, Effort effort) {
        if (effort == Effort.OR_THROW) {
            throw reports.failure(wish.requested(), trail);
        }
        core.counters().outOfMemory.incrementAndGet();
        return 0;
    }
}
