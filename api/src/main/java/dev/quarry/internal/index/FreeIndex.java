package dev.quarry.internal.index;

import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The free blocks of one owner, ordered for exact best fit: the smallest block that fits; among equals the one with the lowest
 * address, or, where all are whole segments, the one freed last.
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
     * TLSF then takes any block of the bin, which is a good fit and not the best. Here each bin is ordered. Nearly all hold
     * a few blocks, most of them one: those are sorted lists, linked both ways, from which a block goes without a search. A
     * bin in which a walk gets long becomes a search tree of expected depth O(log n), and a list again with its last block.
     *
     * [1] Masmano, Ripoll, Crespo, Real: TLSF: a new dynamic memory allocator for real-time systems. ECRTS 2004.
     */
    private static final int STEPS_LOG2 = 5;
    private static final int STEPS = 1 << STEPS_LOG2;
    private static final int BINS = 64 * STEPS;

    /** Steps in a list after which the bin becomes a tree. */
    private static final int LONG_WALK = 32;

    private final BlockStore blocks;
    private final int granuleLog2;

    /**
     * The number of the first block of a bin that is a list, minus that of the root of one that is a tree, 0 for none. I4: bit {@code bin} of {@code occupied} is set exactly if
     * {@code roots[bin]} is; {@code words} likewise.
     */
    private final int[] roots = new int[BINS];

    private final long[] occupied = new long[BINS / 64];

    private long words;
    private long bytes;
    private int count;

    /** Makes an empty index of blocks from a store. */
    public FreeIndex(long granule, BlockStore blocks) {
        this.blocks = blocks;
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
    public void insert(Block block) {
        long size = block.size();
        bytes += size;
        count++;
        int bin = binOf(size);
        block.setBin(bin);
        int root = roots[bin];
        if (root == 0) {
            block.setLeft(null);
            block.setRight(null);
            roots[bin] = block.number();
            occupied[bin >>> 6] |= 1L << bin;
            words |= 1L << (bin >>> 6);
        } else if (root < 0 || !insertInList(bin, block(root), block)) {
            roots[bin] = -BinTree.insert(plant(bin), block).number();
        }
    }

    /**
     * Returns whether a block can get another size in place: it is alone in its bin, and the new size belongs there too.
     * That is the usual case for a large block that others are cut from and merged into again.
     */
    public boolean isResizable(Block block, long size) {
        int bin = block.bin();
        return bin == binOf(size) && roots[bin] == block.number() && block.left() == null && block.right() == null;
    }

    /** Takes note that a resizable block got larger by some bytes, or smaller. */
    public void resized(long more) {
        bytes += more;
    }

    /** Lets another block, which takes over the rest of its bytes, stand for a resizable block. */
    public void replace(Block block, long before, Block rest) {
        bytes += rest.size() - before;
        int bin = block.bin();
        rest.setBin(bin);
        rest.setLeft(null);
        rest.setRight(null);
        roots[bin] = rest.number();
    }

    /** Takes a block out. */
    public void remove(Block block) {
        bytes -= block.size();
        count--;
        int bin = block.bin();
        int root = roots[bin];
        if (root < 0) {
            removeFromTree(bin, block(-root), block);
            return;
        }
        Block left = block.left();
        Block right = block.right();
        if (right != null) {
            right.setLeft(left);
        }
        if (left != null) {
            left.setRight(right);
        } else if (right != null) {
            roots[bin] = right.number();
        } else {
            roots[bin] = 0;
            clear(bin);
        }
    }

    /** Returns the smallest block of at least {@code size} bytes, the lowest among equals. Leaves it in. */
    public @Nullable Block bestFit(long size) {
        int bin = binOf(size);
        int root = roots[bin];
        Block found = root == 0 ? null : atLeast(bin, root, size);
        if (found != null) {
            return found;
        }
        bin = occupiedAfter(bin);
        return bin < 0 ? null : first(roots[bin]);
    }

    /** Returns the block that comes after one in best-fit order. */
    public @Nullable Block after(Block block) {
        int bin = block.bin();
        int root = roots[bin];
        Block next = root < 0 ? BinTree.after(block(-root), block) : block.right();
        if (next == null) {
            bin = occupiedAfter(bin);
            next = bin < 0 ? null : first(roots[bin]);
        }
        return next;
    }

    /** Returns the size of the largest block in bytes, 0 where there is none. */
    public long largest() {
        if (words == 0) {
            return 0;
        }
        int word = 63 - Long.numberOfLeadingZeros(words);
        int bin = (word << 6) + 63 - Long.numberOfLeadingZeros(occupied[word]);
        return BinTree.last(block(Math.abs(roots[bin]))).size(); // lists end on the right too
    }

    /** Visits all blocks in best-fit order. The visitor must not change the index. */
    public void forEach(Consumer<Block> visitor) {
        for (int bin = occupiedAfter(-1); bin >= 0; bin = occupiedAfter(bin)) {
            forEachInBin(bin, visitor);
        }
    }

    /** Visits the blocks of one bin in best-fit order. */
    public void forEachInBin(int bin, Consumer<Block> visitor) {
        int root = roots[bin];
        if (root < 0) {
            BinTree.forEach(block(-root), visitor);
        } else {
            for (Block block = blocks.block(root); block != null; block = block.right()) {
                visitor.accept(block);
            }
        }
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

    /** Adds a block to a bin that is a list and not empty; returns false, with nothing changed, if the walk gets long. */
    private boolean insertInList(int bin, Block root, Block block) {
        Block before = null;
        Block after = root;
        for (int steps = 0; after != null && after.precedes(block); steps++) {
            if (steps == LONG_WALK) {
                return false;
            }
            before = after;
            after = after.right();
        }
        block.setLeft(before);
        block.setRight(after);
        if (before == null) {
            roots[bin] = block.number();
        } else {
            before.setRight(block);
        }
        if (after != null) {
            after.setLeft(block);
        }
        return true;
    }

    private @Nullable Block atLeast(int bin, int root, long size) {
        if (root > 0) {
            Block first = block(root);
            if (first.size() >= size) {
                return first;
            }
            int steps = 0;
            for (Block block = first.right(); steps < LONG_WALK; block = block.right()) {
                if (block == null || block.size() >= size) {
                    return block;
                }
                steps++;
            }
        }
        return BinTree.atLeast(plant(bin), size);
    }

    private Block first(int root) {
        return root < 0 ? BinTree.first(block(-root)) : block(root);
    }

    private Block block(int number) {
        Block block = blocks.block(number);
        if (block == null) {
            throw new IllegalStateException("a bin is marked and empty");
        }
        return block;
    }

    /** Makes a tree of a bin if it is a list; returns the root. */
    private Block plant(int bin) {
        int list = roots[bin];
        if (list < 0) {
            return block(-list);
        }
        Block root = block(list);
        for (Block block = unlink(root); block != null; ) {
            Block after = block.right();
            root = BinTree.insert(root, block);
            block = after;
        }
        roots[bin] = -root.number();
        return root;
    }

    /** Makes the first block of a list a tree of its own; returns the next one. */
    private static @Nullable Block unlink(Block first) {
        Block after = first.right();
        first.setRight(null);
        return after;
    }

    /** Takes a block out of a tree; one that is left alone is a list again. */
    private void removeFromTree(int bin, Block root, Block block) {
        Block rest = BinTree.remove(root, block);
        if (rest == null) {
            roots[bin] = 0;
            clear(bin);
        } else {
            boolean alone = rest.left() == null && rest.right() == null;
            roots[bin] = alone ? rest.number() : -rest.number();
        }
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
