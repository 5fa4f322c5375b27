package dev.quarry.internal.index;

import java.util.function.IntConsumer;

/**
 * The free blocks of one owner, ordered for exact best fit: the smallest block that fits, the lowest address among equals.
 *
 * <p>Guarded by the pool's lock. Not thread-safe itself. Makes no garbage.
 */
public final class FreeIndex {
    /*
     * Two levels. Sizes, in granules, fall into bins: one bin for each of the first 32 sizes, then 32 per doubling. A bit
     * for each bin that is not empty, and a bit for each word of such bits, find the next bin in two steps (the two-level
     * bitmap of TLSF [1], with finer bins). Bins are ordered by size, so the best fit is either in the request's own bin
     * or the least block of the next bin that is not empty.
     *
     * TLSF then takes any block of the bin, which is a good fit and not the best. Here each bin is a search tree of
     * expected depth O(log n). Nearly all bins hold a few blocks, most of them one, and then the tree is its root.
     *
     * [1] Masmano, Ripoll, Crespo, Real: TLSF: a new dynamic memory allocator for real-time systems. ECRTS 2004.
     */
    private static final int STEPS_LOG2 = 5;
    private static final int STEPS = 1 << STEPS_LOG2;
    private static final int BINS = 64 * STEPS;

    private final BlockTable table;
    private final BinTree tree;
    private final int granuleLog2;

    /** I4: bit {@code bin} of {@code occupied} is set exactly if {@code roots[bin] != 0}; {@code words} likewise. */
    private final int[] roots = new int[BINS];

    private final long[] occupied = new long[BINS / 64];
    private long words;
    private long bytes;
    private int count;

    /** Makes an empty index over a table. */
    public FreeIndex(BlockTable table, long granule) {
        this.table = table;
        this.tree = new BinTree(table);
        this.granuleLog2 = Long.numberOfTrailingZeros(granule);
    }

    /** Returns the sum of the sizes, in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Returns the number of blocks. */
    public int count() {
        return count;
    }

    /** Adds a block. */
    public void insert(int block) {
        long size = table.size(block);
        bytes += size;
        count++;
        int bin = binOf(size);
        int root = roots[bin];
        if (root == 0) {
            table.setLinks(block, 0, 0);
            roots[bin] = block;
            occupied[bin >>> 6] |= 1L << bin;
            words |= 1L << (bin >>> 6);
        } else {
            roots[bin] = tree.insert(root, block);
        }
    }

    /** Takes a block out. */
    public void remove(int block) {
        long size = table.size(block);
        bytes -= size;
        count--;
        int bin = binOf(size);
        int root = tree.remove(roots[bin], block);
        roots[bin] = root;
        if (root == 0) {
            clear(bin);
        }
    }

    /** Returns the smallest block of at least {@code size} bytes, the lowest among equals, or 0. Leaves it in. */
    public int bestFit(long size) {
        int bin = binOf(size);
        int found = tree.atLeast(roots[bin], size);
        if (found != 0) {
            return found;
        }
        bin = occupiedAfter(bin);
        return bin < 0 ? 0 : tree.first(roots[bin]);
    }

    /** Returns the size of the largest block in bytes, 0 where there is none. */
    public long largest() {
        if (words == 0) {
            return 0;
        }
        int word = 63 - Long.numberOfLeadingZeros(words);
        return table.size(tree.last(roots[(word << 6) + 63 - Long.numberOfLeadingZeros(occupied[word])]));
    }

    /** Visits all blocks in best-fit order. The visitor must not change the index. */
    public void forEach(IntConsumer visitor) {
        for (int bin = occupiedAfter(-1); bin >= 0; bin = occupiedAfter(bin)) {
            tree.forEach(roots[bin], visitor);
        }
    }

    /** Visits the blocks of one bin in best-fit order. */
    public void forEachInBin(int bin, IntConsumer visitor) {
        tree.forEach(roots[bin], visitor);
    }

    /** Returns the first bin from one on that holds a block, or whose bit says that it does; {@link #bins()} for none. */
    public int nextBin(int from) {
        int bin = from;
        while (bin < BINS && roots[bin] == 0 && (occupied[bin >>> 6] == 0 || !isMarked(bin))) {
            bin++;
        }
        return bin;
    }

    /** Returns the number of bins. */
    public static int bins() {
        return BINS;
    }

    /** Returns whether the bitmaps say that a bin holds blocks. */
    public boolean isMarked(int bin) {
        return ((occupied[bin >>> 6] >>> bin) & (words >>> (bin >>> 6)) & 1) != 0;
    }

    /** Returns the smallest size in bytes that belongs into a bin. */
    public long leastOf(int bin) {
        if (bin < STEPS) {
            return (long) bin << granuleLog2;
        }
        int shift = (bin >>> STEPS_LOG2) - 1;
        return (long) (STEPS + (bin & (STEPS - 1))) << (shift + granuleLog2);
    }

    private int binOf(long size) {
        long granules = size >>> granuleLog2;
        if (granules < STEPS) {
            return (int) granules;
        }
        int shift = 63 - Long.numberOfLeadingZeros(granules) - STEPS_LOG2;
        return (shift << STEPS_LOG2) + (int) (granules >>> shift);
    }

    private void clear(int bin) {
        int word = bin >>> 6;
        occupied[word] &= ~(1L << bin);
        if (occupied[word] == 0) {
            words &= ~(1L << word);
        }
    }

    /** Returns the next bin that is not empty, or -1. */
    private int occupiedAfter(int bin) {
        int from = bin + 1;
        int word = from >>> 6;
        if (word == occupied.length) {
            return -1;
        }
        long here = occupied[word] & (-1L << from);
        if (here == 0) {
            long above = words & (-2L << word);
            if (above == 0) {
                return -1;
            }
            word = Long.numberOfTrailingZeros(above);
            here = occupied[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(here);
    }
}
