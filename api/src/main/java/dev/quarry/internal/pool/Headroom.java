package dev.quarry.internal.pool;

import dev.quarry.internal.account.Account;
import dev.quarry.internal.account.PoolCounters;

/**
 * How much may still be handed out, where that is less than what can be found: what is kept for child pools, and a limit
 * that was lowered below what is reserved. Guarded by the pool's lock.
 *
 * <p>What is allocated, cached, kept, and claimed by attempts under way stays within the pool's limit. Each way that raises
 * the sum looks first: an allocation from the index, a claim on the way up the ladder, a charge of a child beyond its
 * reservation. A hit in a cache does not raise it, so it need not look. What a child frees and thereby is kept for it again
 * goes into the index and not into a cache, since a hit there could take it.
 *
 * <p>Without reservations, and with no limit lowered, all that is free may be handed out, and nothing is asked here. Attempts
 * under way claim their bytes all the same, whether there is room or not: a reservation that is entered meanwhile must find
 * them. Only what is held lies in a reservation ({@link Account}), not what is charged to a request that may still fail.
 */
final class Headroom {
    private final PoolCore core;

    /** What children reserve and have not charged, and what attempts under way have claimed. */
    private long kept;

    /** Sum of the children's reservations. */
    private long reservations;

    /** Whether more is reserved than the limit allows. */
    private boolean lowered;

    /** What had been freed when memory was last given back because the limit was lowered. */
    private long freedBefore;

    /** Whether anything here can refuse; written under the lock. */
    private volatile boolean active;

    Headroom(PoolCore core) {
        this.core = core;
    }

    /** Returns whether allocations have to ask. */
    boolean isActive() {
        return active;
    }

    /** Returns whether more is reserved than the limit allows: nothing is cached meanwhile. */
    boolean isLowered() {
        return lowered;
    }

    /** Returns the bytes that only child pools can have, and those of attempts under way; under the lock. */
    long kept() {
        return kept;
    }

    /** Returns whether a block may be handed out now; under the lock. */
    boolean admits(long size) {
        boolean shrinks = lowered && freed() - freedBefore >= Heap.SMALL_BYTES;
        return !shrinks && fits(size);
    }

    /** Keeps bytes for an attempt, if they may be handed out; each claim ends with {@link #settle}. Takes the lock. */
    boolean claim(long size) {
        core.lock();
        try {
            if (active && !fits(size)) {
                return false;
            }
            kept += size;
            return true;
        } finally {
            core.unlock();
        }
    }

    /** Ends a claim, since the block is handed out or there is none; takes the lock. */
    void settle(long size) {
        core.lock();
        try {
            kept -= size;
        } finally {
            core.unlock();
        }
    }

    /** Ends a claim whose block is handed out; under the lock. */
    void settleHeld(long size) {
        kept -= size;
    }

    /** Renews the claim of an attempt whose block was taken back; takes the lock. */
    void reclaim(long size) {
        settle(-size);
    }

    /**
     * Charges a child's account, and claims the bytes. Takes the lock.
     *
     * @return whether the account and what others keep allow it
     */
    boolean charge(Account child, long size) {
        core.lock();
        try {
            long reach = child.reach(size);
            boolean allowed =
                    !active || (reach > 0 ? fits(reach) : reach == 0 && heldBytes() + size <= core.mostBytes());
            long held = allowed ? child.chargeThrough(size) : -1;
            kept += Math.max(0, held);
            return held >= 0;
        } finally {
            core.unlock();
        }
    }

    /** Takes back what {@link #charge} charged for an attempt that failed; takes the lock. */
    void uncharge(Account child, long size) {
        core.lock();
        try {
            kept -= child.releaseThrough(size);
        } finally {
            core.unlock();
        }
    }

    /** Keeps bytes that a child's reservation covered, for a block that is freed under the same lock. */
    void keep(long bytes) {
        kept += bytes;
    }

    /** Notes what reservations cover of bytes that are held, or not any more, without a claim. */
    void noteUnclaimed(long more) {
        if (more != 0) {
            settle(-more);
        }
    }

    /**
     * Changes a child's reservation and limit; takes the lock.
     *
     * @return whether the limits above, and what is handed out already, allow the reservation
     */
    boolean resize(Account child, long reservation, long limit) {
        core.lock();
        try {
            long before = child.reservation();
            long more = child.resizeThrough(reservation, limit, core.mostBytes() - heldBytes() - kept);
            if (more == Account.REFUSED) {
                return false;
            }
            kept += more;
            reservations += reservation - before;
            assess();
            return true;
        } finally {
            core.unlock();
        }
    }

    /** Closes a child's account, in which nothing is charged but its children's reservations; takes the lock. */
    void close(Account child) {
        core.lock();
        try {
            reservations -= child.reservation();
            kept -= child.close();
            assess();
        } finally {
            core.unlock();
        }
    }

    /** Looks whether the limit is lower than what is reserved, after either changed; takes the lock. */
    void refresh() {
        core.lock();
        try {
            boolean before = lowered;
            lowered = core.account().charged() > core.mostBytes();
            freedBefore = freed();
            assess();
            if (before != lowered) {
                core.heap().presentDomains().forEach(core::limitCache);
            }
        } finally {
            core.unlock();
        }
    }

    private void assess() {
        active = lowered || reservations > 0;
    }

    private boolean fits(long size) {
        return size <= core.mostBytes() - heldBytes() - kept;
    }

    /**
     * Returns what is allocated, or can be by a hit in a cache: what was carved and not freed since, less what was drained from
     * caches. Hits change none of that, so the sum is right while other threads have some.
     */
    private long heldBytes() {
        Heap heap = core.heap();
        PoolCounters counters = core.counters();
        long bytes = counters.carvedBytes
                - counters.freedBytes
                + heap.retired().bytesOut()
                - heap.retired().bytesIn();
        for (Domain domain : heap.presentDomains()) {
            bytes -= domain.cache().drained();
        }
        return bytes;
    }

    private long freed() {
        return core.counters().freedBytes;
    }
}
