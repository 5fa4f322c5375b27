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
     * TLSF then takes any block of the bin, which is a good fit and not the best. Here each bin is a treap [2] ordered by
     * (size, address), whose links are in the block table and whose priorities are a hash of the block's number: a search
     * tree of expected depth O(log n), whatever the order of sizes and addresses. Nearly all bins hold a few blocks, most
     * of them one, and then the tree is its root.
     *
     * [1] Masmano, Ripoll, Crespo, Real: TLSF: a new dynamic memory allocator for real-time systems. ECRTS 2004.
     * [2] Seidel, Aragon: Randomized search trees. Algorithmica 16, 1996.
     */
    private static final int STEPS_LOG2 = 5;
    private static final int STEPS = 1 << STEPS_LOG2;
    private static final int BINS = 64 * STEPS;

    private final BlockTable table;
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
            insertBelow(bin, root, block);
        }
    }

    /** Takes a block out. */
    public void remove(int block) {
        long size = table.size(block);
        bytes -= size;
        count--;
        int bin = binOf(size);
        int node = roots[bin];
        if (node == block) {
            int rest = merge(table.left(block), table.right(block));
            roots[bin] = rest;
            if (rest == 0) {
                clear(bin);
            }
            return;
        }
        int parent;
        boolean left;
        do {
            assert node != 0 : "block " + block + " is not in the index";
            parent = node;
            left = table.precedes(block, node);
            node = left ? table.left(node) : table.right(node);
        } while (node != block);
        int rest = merge(table.left(block), table.right(block));
        link(parent, left, rest);
    }

    /** Returns the smallest block of at least {@code size} bytes, the lowest among equals, or 0. Leaves it in. */
    public int bestFit(long size) {
        int bin = binOf(size);
        int found = roots[bin] == 0 ? 0 : leastOfAtLeast(roots[bin], size);
        if (found != 0) {
            return found;
        }
        bin = occupiedAfter(bin);
        return bin < 0 ? 0 : leftmost(roots[bin]);
    }

    /** Returns the size of the largest block in bytes, 0 where there is none. */
    public long largest() {
        if (words == 0) {
            return 0;
        }
        int word = 63 - Long.numberOfLeadingZeros(words);
        int node = roots[(word << 6) + 63 - Long.numberOfLeadingZeros(occupied[word])];
        while (table.right(node) != 0) {
            node = table.right(node);
        }
        return table.size(node);
    }

    /** Visits all blocks in best-fit order. The visitor must not change the index. */
    public void forEach(IntConsumer visitor) {
        for (int bin = occupiedAfter(-1); bin >= 0; bin = occupiedAfter(bin)) {
            visit(roots[bin], visitor);
        }
    }

    /** Visits the blocks of one bin in best-fit order. */
    public void forEachInBin(int bin, IntConsumer visitor) {
        visit(roots[bin], visitor);
    }

    /** Returns the number of bins. */
    public static int bins() {
        return BINS;
    }

    /** Returns whether the bitmaps say that a bin holds blocks. */
    public boolean isMarked(int bin) {
        return (occupied[bin >>> 6] >>> bin & 1) != 0 && (words >>> (bin >>> 6) & 1) != 0;
    }

    /** Returns the smallest size in bytes that belongs into a bin. */
    public long leastOf(int bin) {
        if (bin < STEPS) {
            return (long) bin << granuleLog2;
        }
        int shift = (bin >>> STEPS_LOG2) - 1;
        return (long) (STEPS + (bin & STEPS - 1)) << shift + granuleLog2;
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

    private int occupiedAfter(int bin) {
        int from = bin + 1;
        int word = from >>> 6;
        if (word >= occupied.length) {
            return -1;
        }
        long here = occupied[word] & (-1L << from);
        if (here == 0) {
            long above = word == 63 ? 0 : words & (-1L << word + 1);
            if (above == 0) {
                return -1;
            }
            word = Long.numberOfTrailingZeros(above);
            here = occupied[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(here);
    }

    private int leastOfAtLeast(int root, long size) {
        int found = 0;
        for (int node = root; node != 0; ) {
            if (table.size(node) >= size) {
                found = node;
                node = table.left(node);
            } else {
                node = table.right(node);
            }
        }
        return found;
    }

    private int leftmost(int root) {
        int node = root;
        for (int left = table.left(node); left != 0; left = table.left(node)) {
            node = left;
        }
        return node;
    }

    private void insertBelow(int bin, int root, int block) {
        int priority = priority(block);
        int parent = 0;
        boolean left = false;
        int node = root;
        while (node != 0 && priority(node) >= priority) {
            parent = node;
            left = table.precedes(block, node);
            node = left ? table.left(node) : table.right(node);
        }
        split(node, block);
        if (parent == 0) {
            roots[bin] = block;
        } else {
            link(parent, left, block);
        }
    }

    /** Makes what precedes the block in a tree its left child, and the rest its right child. */
    private void split(int root, int block) {
        table.setLinks(block, 0, 0);
        int lower = block;
        int upper = block;
        for (int node = root; node != 0; ) {
            if (table.precedes(node, block)) {
                link(lower, lower == block, node);
                lower = node;
                node = table.right(node);
            } else {
                link(upper, upper != block, node);
                upper = node;
                node = table.left(node);
            }
        }
        if (lower != block) {
            table.setRight(lower, 0);
        }
        if (upper != block) {
            table.setLeft(upper, 0);
        }
    }

    /** Joins two trees of which all of the first precedes all of the second. */
    private int merge(int first, int second) {
        if (first == 0 || second == 0) {
            return first | second;
        }
        int root = 0;
        int parent = 0;
        boolean left = false;
        int a = first;
        int b = second;
        while (a != 0 && b != 0) {
            boolean takeA = priority(a) >= priority(b);
            int top = takeA ? a : b;
            if (parent == 0) {
                root = top;
            } else {
                link(parent, left, top);
            }
            parent = top;
            left = !takeA;
            if (takeA) {
                a = table.right(a);
            } else {
                b = table.left(b);
            }
        }
        link(parent, left, a | b);
        return root;
    }

    private void link(int parent, boolean left, int child) {
        if (left) {
            table.setLeft(parent, child);
        } else {
            table.setRight(parent, child);
        }
    }

    private void visit(int node, IntConsumer visitor) {
        if (node != 0) {
            visit(table.left(node), visitor);
            visitor.accept(node);
            visit(table.right(node), visitor);
        }
    }

    private static int priority(int block) {
        int mixed = block * 0x9E37_79B9;
        mixed = (mixed ^ mixed >>> 16) * 0x85EB_CA6B;
        return (mixed ^ mixed >>> 13) >>> 1;
    }
}
