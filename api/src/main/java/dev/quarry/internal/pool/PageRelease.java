package dev.quarry.internal.pool;

import dev.quarry.internal.pool.Ranges.Detached;
import dev.quarry.internal.pool.Ranges.Idle;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Gives the memory of ranges back: by handles that lie whole under free blocks which no work can touch (I8). The caller holds
 * the gate; the pool's lock is not held across a driver call.
 */
final class PageRelease {
    private final PoolCore core;
    private final StreamOrder order;
    private final Heap heap;
    private final PageSupply supply;

    /** Handles that a trim found free, and since when, by the driver's name for them. */
    private Map<Long, Sighting> seen = new HashMap<>();

    PageRelease(PoolCore core, StreamOrder order, PageSupply supply) {
        this.core = core;
        this.order = order;
        this.heap = core.heap();
        this.supply = supply;
    }

    /**
     * When a handle was first seen under a free block.
     *
     * @param nanos the time
     * @param owner the block's owner then
     * @param sequence which of that owner's frees had made it free: another one means that it was used meanwhile
     */
    private record Sighting(long nanos, int owner, long sequence) {
        boolean isOf(Block block) {
            return block.owner() == owner && block.sequence() == sequence;
        }
    }

    /**
     * Gives memory back, from the upper end of the ranges.
     *
     * @param most bytes that are enough
     * @return bytes given back
     */
    long release(long most) {
        return release(most, idle -> true);
    }

    /** Gives back what was free for some time, as far as trims have seen; all of it if the time is zero. */
    long trim(long idleNanos) {
        long now = core.clock().getAsLong();
        if (idleNanos == 0) {
            return release(Long.MAX_VALUE);
        }
        order.noteComplete();
        Map<Long, Sighting> present = new HashMap<>();
        core.lock();
        try {
            for (Idle idle : heap.ranges().idle(supply.pageBytes())) {
                long handle = idle.mapping().handle();
                Block block = idle.block();
                Sighting before = seen.get(handle);
                boolean same = before != null && before.isOf(block);
                present.put(handle, same ? before : new Sighting(now, block.owner(), block.sequence()));
            }
        } finally {
            core.unlock();
        }
        seen = present;
        return release(Long.MAX_VALUE, idle -> {
            Sighting since = present.get(idle.mapping().handle());
            // Since the last free in its range at the latest, even if no trim has seen it.
            long freed = Math.min(now, heap.clock().since(idle.range()));
            return since != null && since.isOf(idle.block()) && now - Math.min(since.nanos(), freed) >= idleNanos;
        });
    }

    /** Gives a range back in which nothing is mapped any more; another one stays. */
    void end(Segment range) {
        supply.releaseStuck();
        core.lock();
        try {
            if (range.first().state() != Block.UNMAPPED || range.first().next() != null) {
                return;
            }
            heap.segments().remove(range);
        } finally {
            core.unlock();
        }
        core.counters().segmentsReturned.incrementAndGet();
        supply.unreserve(range);
    }

    private long release(long most, Predicate<Idle> which) {
        order.noteComplete();
        List<Detached> detached;
        core.lock();
        try {
            List<Idle> idle = new ArrayList<>(heap.ranges().idle(supply.pageBytes()));
            idle.sort(Comparator.comparingLong((Idle one) -> one.mapping().address())
                    .reversed());
            long sum = 0;
            List<Idle> chosen = new ArrayList<>();
            for (Idle one : idle) {
                if (sum < most && which.test(one)) {
                    chosen.add(one);
                    sum += one.mapping().bytes();
                }
            }
            detached = supply.detach(chosen);
        } finally {
            core.unlock();
        }
        return supply.release(supply.unmap(detached)) + supply.releaseSpare();
    }
}
