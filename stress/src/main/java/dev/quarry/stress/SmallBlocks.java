package dev.quarry.stress;

import dev.quarry.internal.cache.DeferredFrees;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import dev.quarry.internal.segment.IdleClock;
import dev.quarry.internal.segment.SegmentTable;

/** A few blocks of the smallest size, which are known by their place: 1, 2, 3. */
public final class SmallBlocks {
    private static final int GRANULE = 512;
    private static final int MOST = 3;

    private final BlockStore store = new BlockStore();
    private final Block[] blocks = new Block[MOST];

    /** Makes the blocks, all in use. */
    public SmallBlocks() {
        Block rest = new SegmentTable(store, new IdleClock(() -> 0))
                .add(GRANULE, MOST * GRANULE, true, false)
                .first();
        for (int i = 0; i < MOST; i++) {
            blocks[i] = rest;
            rest = i < MOST - 1 ? store.split(rest, GRANULE) : rest;
        }
    }

    /** Makes an empty cache with room for all these blocks. */
    public StreamCache cache() {
        StreamCache cache = new StreamCache(new SizeClasses(GRANULE, GRANULE), GRANULE, store);
        cache.limit(MOST * GRANULE, GRANULE, 0);
        return cache;
    }

    /** Returns the block with a number from 1 on. */
    public Block get(int number) {
        return blocks[number - 1];
    }

    /** Offers a block to a cache; returns whether it was kept. */
    public boolean offer(StreamCache cache, int number) {
        return cache.offer(get(number), GRANULE, 1, GRANULE);
    }

    /** Takes a block out of a cache; returns its number, or 0. */
    public static int poll(StreamCache cache) {
        Block block = cache.poll(GRANULE, GRANULE);
        return block == null ? 0 : numberOf(block);
    }

    /** Empties a cache; returns the numbers of its blocks in their order, as the digits of one number. */
    public static int drain(StreamCache cache) {
        int[] digits = {0};
        cache.drain(block -> digits[0] = digits[0] * 10 + numberOf(block));
        return digits[0];
    }

    /** Empties deferred frees; returns the numbers of the blocks in their order, as the digits of one number. */
    public static int drain(DeferredFrees deferred) {
        int[] digits = {0};
        deferred.drain(block -> digits[0] = digits[0] * 10 + numberOf(block));
        return digits[0];
    }

    private static int numberOf(Block block) {
        return (int) (block.address() / GRANULE);
    }
}
