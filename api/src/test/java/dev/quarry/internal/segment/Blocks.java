package dev.quarry.internal.segment;

/** Makes blocks for tests: each is all of a segment of its own, in use. */
public final class Blocks {
    private final BlockStore store = new BlockStore();
    private final SegmentTable segments = new SegmentTable(store, new IdleClock(() -> 0));

    /** Returns the store that the blocks come from. */
    public BlockStore store() {
        return store;
    }

    /** Makes a block. */
    public Block create(long address, long size) {
        return new Segment(address, size, false, false, store).first();
    }

    /** Gives a block back; it is nowhere. */
    public void recycle(Block block) {
        store.recycle(block);
    }

    /** Returns the table that segments can be added to. */
    public SegmentTable segments() {
        return segments;
    }
}
