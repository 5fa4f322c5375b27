package dev.quarry.stress;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import dev.quarry.internal.segment.IdleClock;
import dev.quarry.internal.segment.SegmentTable;

/** Blocks that stand for plain numbers: each number is a block's address. */
public final class LongHandles {
    /** The size of all blocks in bytes. */
    public static final long BYTES = 512;

    private LongHandles() {}

    /** Makes a block, in use, for a number. */
    public static Block block(long handle) {
        return new SegmentTable(new BlockStore(), new IdleClock(() -> 0))
                .add(handle, BYTES, true, false)
                .first();
    }
}
