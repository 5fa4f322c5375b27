package dev.quarry.internal.segment;

/** Blocks for tests, each of them all of a segment of its own, wherever one is wanted. */
public final class LoneBlocks {
    private final BlockStore store = new BlockStore();

    /** Returns a block, in use. */
    public Block at(long address, long size) {
        return new Segment(address, size, false, false, store).first();
    }

    /** Cuts a block in two; returns the upper part. */
    public Block split(Block block, long lower) {
        return store.split(block, lower);
    }

    /** Makes a block and the next one a single one. */
    public void absorbNext(Block block) {
        store.absorbNext(block);
    }
}
