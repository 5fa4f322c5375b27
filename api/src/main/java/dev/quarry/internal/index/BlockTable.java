package dev.quarry.internal.index;

import java.util.Arrays;

/**
 * The blocks of a pool, as rows of numbers: one row of eight words, a cache line, for each block.
 *
 * <pre>
 *   word 0  address
 *        1  size
 *        2  physical neighbours: previous, next           (0 = none: the segment ends)
 *        3  tree links in the index: left, right          (elsewhere: next in a list, in right)
 *        4  bytes asked for, while in use
 *        5  tag, segment (its number, and in the two lowest bits what kind of segment)
 *        6  owner, state
 *        7  sequence number of the owner at which the block was freed
 * </pre>
 *
 * <p>Rows are numbered from 1; 0 is no block. Rows live in pages that never move, so that a thread that got a number from
 * another one (with a happens-before edge) may use the row while the table grows. A row is created, recycled, and moved
 * into and out of {@link #FREE} under the pool's lock only. While {@link #IN_USE} or {@link #CACHED} its holder writes it.
 *
 * <p>Numbers instead of objects: no garbage, no write barriers, and a row for a block is exactly what a hit touches.
 */
public final class BlockTable {
    /** The row is held by a user. */
    public static final int IN_USE = 1;
    /** The row is in a stream cache. */
    public static final int CACHED = 2;
    /** The row is in a free index. */
    public static final int FREE = 3;
    /** The row is in a batch behind events. */
    public static final int PENDING = 4;
    /** The row is owned by a thread in a driver call. */
    public static final int IN_TRANSIT = 5;

    /** Bit of a segment's name: it serves small requests. */
    public static final int SMALL = 1;
    /** Bit of a segment's name: it is one block that is never split, cached or merged. */
    public static final int DEDICATED = 2;

    private static final int PAGE_LOG2 = 10;
    private static final int PAGE_MASK = (1 << PAGE_LOG2) - 1;
    private static final long LOW = 0xFFFF_FFFFL;

    private static final int ADDRESS = 0;
    private static final int SIZE = 1;
    private static final int PHYSICAL = 2;
    private static final int TREE = 3;
    private static final int REQUESTED = 4;
    private static final int TAG_SEGMENT = 5;
    private static final int OWNER_STATE = 6;
    private static final int SEQUENCE = 7;

    private long[][] pages = new long[4][];
    private int created = 1;
    private int recycled;

    /**
     * Takes a row: in use, with an address and size, everything else zero.
     *
     * @param segment the segment's name: its number times 4, and {@link #SMALL} and {@link #DEDICATED}
     */
    public int create(long address, long size, int segment) {
        int block = recycled;
        if (block != 0) {
            recycled = right(block);
        } else {
            block = created++;
            int page = block >>> PAGE_LOG2;
            if (page == pages.length) {
                pages = Arrays.copyOf(pages, page * 2);
            }
            if (pages[page] == null) {
                pages[page] = new long[8 << PAGE_LOG2];
            }
        }
        long[] row = pages[block >>> PAGE_LOG2];
        int at = (block & PAGE_MASK) << 3;
        row[at + ADDRESS] = address;
        row[at + SIZE] = size;
        row[at + PHYSICAL] = 0;
        row[at + TREE] = 0;
        row[at + REQUESTED] = 0;
        row[at + TAG_SEGMENT] = segment;
        row[at + OWNER_STATE] = IN_USE;
        row[at + SEQUENCE] = 0;
        return block;
    }

    /** Gives a row back. */
    public void recycle(int block) {
        set(block, OWNER_STATE, 0);
        setLinks(block, 0, recycled);
        recycled = block;
    }

    /** Returns the first byte's address. */
    public long address(int block) {
        return get(block, ADDRESS);
    }

    /** Returns the size in bytes. */
    public long size(int block) {
        return get(block, SIZE);
    }

    /** Changes address and size. */
    public void setRange(int block, long address, long size) {
        set(block, ADDRESS, address);
        set(block, SIZE, size);
    }

    /** Returns the block before this one in its segment, or 0. */
    public int previous(int block) {
        return (int) (get(block, PHYSICAL) >>> 32);
    }

    /** Returns the block after this one in its segment, or 0. */
    public int next(int block) {
        return (int) get(block, PHYSICAL);
    }

    /** Makes two blocks physical neighbours; 0 stands for the segment's end. */
    public void join(int block, int next) {
        if (block != 0) {
            set(block, PHYSICAL, (get(block, PHYSICAL) & ~LOW) | next);
        }
        if (next != 0) {
            set(next, PHYSICAL, ((long) block << 32) | (get(next, PHYSICAL) & LOW));
        }
    }

    /** Returns the left child in the index. */
    public int left(int block) {
        return (int) (get(block, TREE) >>> 32);
    }

    /** Returns the right child in the index, or the next block in a list. */
    public int right(int block) {
        return (int) get(block, TREE);
    }

    /** Sets the left child. */
    public void setLeft(int block, int left) {
        set(block, TREE, ((long) left << 32) | (get(block, TREE) & LOW));
    }

    /** Sets the right child, or the next block in a list. */
    public void setRight(int block, int right) {
        set(block, TREE, (get(block, TREE) & ~LOW) | right);
    }

    /** Sets both children. */
    public void setLinks(int block, int left, int right) {
        set(block, TREE, ((long) left << 32) | right);
    }

    /** Returns the bytes asked for by the holder. */
    public long requested(int block) {
        return get(block, REQUESTED);
    }

    /** Returns the number of the holder's tag. */
    public int tag(int block) {
        return (int) (get(block, TAG_SEGMENT) >>> 32);
    }

    /** Returns the segment's name. */
    public int segment(int block) {
        return (int) get(block, TAG_SEGMENT);
    }

    /** Returns whether the block lies in a segment that serves small requests. */
    public boolean isSmall(int block) {
        return (get(block, TAG_SEGMENT) & SMALL) != 0;
    }

    /** Returns whether the block is all of a dedicated segment. */
    public boolean isDedicated(int block) {
        return (get(block, TAG_SEGMENT) & DEDICATED) != 0;
    }

    /** Returns the owning domain's number; for a block in use, the domain it was allocated in. */
    public int owner(int block) {
        return (int) (get(block, OWNER_STATE) >>> 32);
    }

    /** Returns where the block is. */
    public int state(int block) {
        return (int) get(block, OWNER_STATE);
    }

    /** Says who owns the block and where it is. */
    public void setOwner(int block, int owner, int state) {
        set(block, OWNER_STATE, ((long) owner << 32) | state);
    }

    /** Writes what a new holder asked for; the row is in use from now on. */
    public void hold(int block, int owner, long requested, int tag) {
        long[] row = pages[block >>> PAGE_LOG2];
        int at = (block & PAGE_MASK) << 3;
        row[at + REQUESTED] = requested;
        row[at + TAG_SEGMENT] = ((long) tag << 32) | (row[at + TAG_SEGMENT] & LOW);
        row[at + OWNER_STATE] = ((long) owner << 32) | IN_USE;
    }

    /** Returns the owner's sequence number at which the block was freed. */
    public long sequence(int block) {
        return get(block, SEQUENCE);
    }

    /** Sets the sequence number. */
    public void setSequence(int block, long sequence) {
        set(block, SEQUENCE, sequence);
    }

    /** Returns whether one block comes before another in best-fit order: the smaller, then the lower. */
    public boolean precedes(int a, int b) {
        long[] rowA = pages[a >>> PAGE_LOG2];
        long[] rowB = pages[b >>> PAGE_LOG2];
        int atA = (a & PAGE_MASK) << 3;
        int atB = (b & PAGE_MASK) << 3;
        long sizeA = rowA[atA + SIZE];
        long sizeB = rowB[atB + SIZE];
        return sizeA < sizeB || (sizeA == sizeB && Long.compareUnsigned(rowA[atA + ADDRESS], rowB[atB + ADDRESS]) < 0);
    }

    private long get(int block, int field) {
        return pages[block >>> PAGE_LOG2][((block & PAGE_MASK) << 3) + field];
    }

    private void set(int block, int field, long value) {
        pages[block >>> PAGE_LOG2][((block & PAGE_MASK) << 3) + field] = value;
    }
}
