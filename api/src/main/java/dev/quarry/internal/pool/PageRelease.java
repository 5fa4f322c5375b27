package dev.quarry.internal.pool;

import dev.quarry.internal.pool.PageSupply.Handle;
import dev.quarry.internal.pool.Ranges.Detached;
import dev.quarry.internal.pool.Ranges.Idle;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the memory of ranges out of use, to give it back or to gather it: by handles that lie whole under free blocks which no
 * work can touch (I8). The caller holds the gate; the pool's lock is not held across a driver call.
 */
final class PageRelease {
    private final PoolCore core;
    private final StreamOrder order;
    private final Heap heap;
    private final PageSupply supply;

    /** Since when handles are known to be free without a break, by the driver's name for them; as of the last trim. */
    private Map<Long, Long> freeSince = new HashMap<>();

    PageRelease(PoolCore core, StreamOrder order, PageSupply supply) {
        this.core = core;
        this.order = order;
        this.heap = core.heap();
        this.supply = supply;
    }

    /**
     * Gives memory back: what is mapped nowhere, then from the upper end of the ranges.
     *
     * @param most bytes that are enough
     * @return bytes given back
     */
    long release(long most) {
        long released = supply.releaseSpare(most);
        return released < most ? released + releaseIdle(most - released) : released;
    }

    private long releaseIdle(long most) {
        order.noteComplete();
        List<Detached> detached;
        core.lock();
        try {
            List<Idle> idle = new ArrayList<>(heap.ranges().idle(supply.pageBytes()));
            idle.sort(Comparator.comparingLong((Idle one) -> one.mapping().address())
                    .reversed());
            long sum = 0;
            int chosen = 0;
            while (chosen < idle.size() && sum < most) {
                sum += idle.get(chosen++).mapping().bytes();
            }
            detached = supply.detach(idle.subList(0, chosen));
        } finally {
            core.unlock();
        }
        return supply.release(supply.unmap(detached));
    }

    /** Gives back what was free for some time, as far as trims have seen; all of it if the time is zero. */
    long trim(long idleNanos) {
        if (idleNanos == 0) {
            return release(Long.MAX_VALUE);
        }
        order.noteComplete();
        long now = core.clock().getAsLong();
        List<Detached> detached;
        core.lock();
        try {
            detached = supply.detach(idleFor(idleNanos, now));
        } finally {
            core.unlock();
        }
        return supply.release(supply.unmap(detached)) + supply.releaseIdle(now, idleNanos);
    }

    /**
     * Returns the handles that are free for some time: since an earlier trim saw them so, or since the last free in their
     * range, of which no trim may know. Times are compared by their differences: a clock may begin anywhere, and wrap.
     */
    private List<Idle> idleFor(long idleNanos, long now) {
        Map<Long, Long> present = new HashMap<>();
        List<Idle> due = new ArrayList<>();
        for (Idle idle : heap.ranges().idle(supply.pageBytes())) {
            long handle = idle.mapping().handle();
            boolean broken = idle.range().pages().mayBeUsed(idle.mapping());
            long since = broken ? now : freeSince.getOrDefault(handle, now);
            if (Math.max(now - since, now - heap.clock().since(idle.range())) >= idleNanos) {
                due.add(idle);
            } else {
                present.put(handle, since);
            }
        }
        heap.segments().ranges().forEach(range -> range.pages().forgetUse());
        freeSince = present;
        return due;
    }

    /**
     * Unmaps memory and keeps it for the next growth, wherever that lacks it; not what lies at the end of a range already,
     * where growth continues.
     *
     * @return bytes gathered
     */
    long gather() {
        order.noteComplete();
        List<Detached> detached;
        core.lock();
        try {
            Block top = heap.ranges().top();
            detached = supply.detach(heap.ranges().idle(supply.pageBytes()).stream()
                    .filter(idle -> idle.block() != top)
                    .toList());
        } finally {
            core.unlock();
        }
        List<Handle> gathered = supply.unmap(detached);
        supply.keep(gathered);
        return PageSupply.sum(gathered);
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
}
