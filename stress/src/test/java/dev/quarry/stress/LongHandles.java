package dev.quarry.stress;

import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import dev.quarry.internal.segment.IdleClock;
import dev.quarry.internal.segment.SegmentTable;

/** Blocks that stand for plain numbers: each number is a block's address. */
public final class LongHandles {
    /** The size of all blocks in bytes. */
    public static final long BYTES = 512;

    private final BlockStore store = new BlockStore();
    private final SegmentTable segments = new SegmentTable(store, new IdleClock(() -> 0));

    /** Makes a source of blocks. */
    public LongHandles() {}

    /** Makes a block, in use, for a number. Thread-safe, as blocks are made under a pool's lock. */
    public synchronized Block block(long handle) {
        return segments.add(handle, BYTES, true, false).first();
    }

    /** Makes an empty cache for these blocks. */
    public StreamCache cache() {
        return new StreamCache(new SizeClasses(BYTES, BYTES), BYTES, store);
    }
}
