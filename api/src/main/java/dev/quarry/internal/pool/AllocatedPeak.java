package dev.quarry.internal.pool;

import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.cache.StreamCache;

/**
 * The most bytes that a pool had allocated at once, without a counter that all threads write.
 *
 * <p>What lies between the bytes allocated now and their peak is credit. It is spread over the places that count
 * allocations anyway, the heap and each stream cache, which use and refill their part under their own locks. Only a place
 * that runs out has all credit collected and spread anew; if there is none left, the peak rises. So the peak is exact
 * while one thread allocates and frees. With several it may be off either way by what the others allocate and free between
 * a block's hand-out and the collection that follows it. Guarded by the pool's lock.
 */
final class AllocatedPeak {
    private final Heap heap;
    private final PoolCounters counters;

    AllocatedPeak(Heap heap, PoolCounters counters) {
        this.heap = heap;
        this.counters = counters;
    }

    /** Counts anew if the heap's part ran out: after each allocation from it, by a domain whose cache gets credit first. */
    void noteCarved(Domain domain) {
        if (counters.carvedBytes - counters.freedBytes > counters.ceiling) {
            spread(domain.cache());
        }
    }

    /** Returns the peak in bytes. */
    long bytes() {
        long credit = counters.ceiling - counters.carvedBytes + counters.freedBytes;
        for (Domain domain : heap.presentDomains()) {
            credit += domain.cache().credit();
        }
        return heap.allocatedBytes() + Math.max(0, credit);
    }

    /** Collects all credit, raises the peak if there is less than none, and spreads it anew. */
    void spread(StreamCache first) {
        long outside = counters.carvedBytes - counters.freedBytes;
        long credit = counters.ceiling - outside;
        for (Domain domain : heap.presentDomains()) {
            credit += domain.cache().takeCredit();
        }
        // A cache can hand out what it holds, and no more: that much credit lets it go on undisturbed.
        credit = Math.max(0, credit);
        credit -= first.giveCredit(credit);
        for (Domain domain : heap.presentDomains()) {
            credit -= domain.cache().giveCredit(credit);
        }
        counters.ceiling = outside + credit;
    }
}
