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
 * a block's hand-out and the collection that follows it.
 */
final class AllocatedPeak {
    private final PoolCore core;

    AllocatedPeak(PoolCore core) {
        this.core = core;
    }

    /** Counts anew if the heap's part or a cache's part ran out. After each allocation, without locks. */
    void note(StreamCache cache) {
        if (cache.isOverdrawn() || isOverdrawn(core.counters())) {
            spread(cache);
        }
    }

    /** Returns the peak in bytes; under the pool's lock. */
    long bytes() {
        PoolCounters counters = core.counters();
        long credit = counters.ceiling - counters.carvedBytes + counters.freedBytes;
        for (Domain domain : core.heap().presentDomains()) {
            credit += domain.cache().credit();
        }
        return core.heap().allocatedBytes() + Math.max(0, credit);
    }

    private void spread(StreamCache first) {
        core.lock();
        try {
            PoolCounters counters = core.counters();
            long outside = counters.carvedBytes - counters.freedBytes;
            long credit = counters.ceiling - outside;
            for (Domain domain : core.heap().presentDomains()) {
                credit += domain.cache().takeCredit();
            }
            // A cache can hand out what it holds, and no more: that much credit lets it go on undisturbed.
            credit = Math.max(0, credit);
            credit -= first.giveCredit(credit);
            for (Domain domain : core.heap().presentDomains()) {
                credit -= domain.cache().giveCredit(credit);
            }
            counters.ceiling = outside + credit;
        } finally {
            core.unlock();
        }
    }

    private static boolean isOverdrawn(PoolCounters counters) {
        return counters.carvedBytes - counters.freedBytes > counters.ceiling;
    }
}
