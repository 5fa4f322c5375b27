package dev.quarry.internal.pool;

import dev.quarry.internal.segment.Block;

/**
 * A request on its way past the fast path.
 *
 * @param size block size in bytes
 * @param alignment a power of two
 * @param small whether it belongs into segments for small requests
 * @param requested bytes asked for
 * @param tag number of the tag
 * @param claimed whether the bytes are {@linkplain Headroom#charge claimed} already, for a child pool
 */
record Wish(long size, long alignment, boolean small, long requested, int tag, boolean claimed) {
    /** Makes one that claims nothing yet. */
    Wish(long size, long alignment, boolean small, long requested, int tag) {
        this(size, alignment, small, requested, tag, false);
    }

    /** Takes a block for this out of a free one that it fits into. Under the lock. */
    Block carve(Heap heap, Block free, Domain holder) {
        return heap.carve(free, size, alignment, holder, requested, tag);
    }
}
