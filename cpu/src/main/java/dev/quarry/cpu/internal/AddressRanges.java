package dev.quarry.cpu.internal;

import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;

/**
 * Ranges of addresses from one source, which are never given back but kept for reuse.
 *
 * <p>Thread-safe; no lock is held while the source is asked.
 */
final class AddressRanges {
    private final long pageSize;
    private final LongUnaryOperator source;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}. */
    private final RangeCache free = new RangeCache();

    /**
     * Makes one without any range.
     *
     * @param pageSize the alignment of what the source returns
     * @param source returns the address of that many more bytes
     */
    AddressRanges(long pageSize, LongUnaryOperator source) {
        this.pageSize = pageSize;
        this.source = source;
    }

    /**
     * Takes a range: the best that is free, else one from the source, of which what alignment costs is kept as free.
     *
     * @param alignment a power of two
     */
    long take(long bytes, long alignment) {
        lock.lock();
        try {
            OptionalLong known = free.take(bytes, alignment);
            if (known.isPresent()) {
                return known.getAsLong();
            }
        } finally {
            lock.unlock();
        }
        long mapped = bytes + Math.max(0, alignment - pageSize);
        long start = source.applyAsLong(mapped);
        long address = RangeCache.alignUp(start, alignment);
        putBack(start, address - start);
        putBack(address + bytes, start + mapped - address - bytes);
        return address;
    }

    /** Makes a range free. */
    void putBack(long address, long bytes) {
        lock.lock();
        try {
            free.put(address, bytes);
        } finally {
            lock.unlock();
        }
    }
}
