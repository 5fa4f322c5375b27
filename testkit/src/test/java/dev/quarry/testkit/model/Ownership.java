package dev.quarry.testkit.model;

import dev.quarry.Allocation;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Who holds each granule of memory, in a map that no two holders can both write: finds overlap without a lock. */
final class Ownership {
    private final ConcurrentHashMap<Long, Allocation> holders = new ConcurrentHashMap<>();
    private final AtomicInteger live = new AtomicInteger();
    private final long granule;

    Ownership(long granule) {
        this.granule = granule;
    }

    /** Notes an allocation, after it was made. */
    void take(Allocation allocation) {
        live.incrementAndGet();
        for (long key = first(allocation); key <= last(allocation); key++) {
            Allocation other = holders.putIfAbsent(key, allocation);
            if (other != null) {
                throw new AssertionError(allocation + " overlaps " + other);
            }
        }
    }

    /** Notes that an allocation will be closed, before it is. */
    void give(Allocation allocation) {
        live.decrementAndGet();
        for (long key = first(allocation); key <= last(allocation); key++) {
            if (!holders.remove(key, allocation)) {
                throw new AssertionError(allocation + " lost a granule to " + holders.get(key));
            }
        }
    }

    /** Returns how many allocations are held. */
    int live() {
        return live.get();
    }

    private long first(Allocation allocation) {
        return allocation.address() / granule;
    }

    private long last(Allocation allocation) {
        return (allocation.address() + allocation.byteSize() - 1) / granule;
    }
}
