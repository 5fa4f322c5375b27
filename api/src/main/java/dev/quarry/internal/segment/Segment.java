package dev.quarry.internal.segment;

import org.jspecify.annotations.Nullable;

/**
 * A region taken from the driver in one step; or a wide range of reserved addresses, with physical memory mapped into parts
 * of it. Guarded by the pool's lock.
 */
public final class Segment {
    private final long address;
    private final long bytes;
    private final boolean small;
    private final boolean dedicated;
    private final Block first;

    /** What is mapped into the range; {@code null} for a region that has its memory as long as it exists. */
    private final @Nullable PageTable pages;

    private long emptySince;
    private boolean timed;

    /** Whether the table has the segment. */
    private boolean present = true;

    /** Whether the table has the segment on its list of those that may be empty. */
    private boolean listed;

    Segment(long address, long bytes, boolean small, boolean dedicated, BlockStore blocks) {
        this(address, bytes, small, dedicated, null, blocks);
    }

    private Segment(
            long address, long bytes, boolean small, boolean dedicated, @Nullable PageTable pages, BlockStore blocks) {
        this.address = address;
        this.bytes = bytes;
        this.small = small;
        this.dedicated = dedicated;
        this.pages = pages;
        this.first = blocks.begin(this);
    }

    /** Makes a range of reserved addresses, all of it a hole. */
    static Segment range(long address, long bytes, boolean small, BlockStore blocks) {
        PageTable pages = new PageTable();
        Segment range = new Segment(address, bytes, small, false, pages, blocks);
        range.first.setOwner(0, Block.UNMAPPED);
        pages.addHole(range.first);
        return range;
    }

    /** Returns the first byte's address. */
    public long address() {
        return address;
    }

    /** Returns the size in bytes: of the addresses, not of what is mapped into them. */
    public long bytes() {
        return bytes;
    }

    /** Returns whether memory is mapped into parts of the segment. */
    public boolean isPaged() {
        return pages != null;
    }

    /** Returns what is mapped where. */
    public PageTable pages() {
        PageTable table = pages;
        if (table == null) {
            throw new IllegalStateException("a segment without pages");
        }
        return table;
    }

    /** Returns the bytes of memory behind the addresses. */
    public long heldBytes() {
        return pages == null ? bytes : pages.bytes();
    }

    /** Returns the block at the first byte: the same one as long as the segment exists. */
    public Block first() {
        return first;
    }

    /** Returns whether the segment is one block that is never split, cached or merged. */
    public boolean isDedicated() {
        return dedicated;
    }

    /** Returns whether the segment serves small requests. */
    public boolean isSmall() {
        return small;
    }

    /** Returns whether the segment is one free block. */
    public boolean isEmpty() {
        return first.state() == Block.FREE && first.next() == null;
    }

    /**
     * Returns the time at which the segment became empty, in nanoseconds, if it {@link #isTimed}; for a range, at which memory of
     * it was freed last.
     */
    public long emptySince() {
        return emptySince;
    }

    /** Returns whether it is known when the segment became empty: see {@link IdleClock}. */
    public boolean isTimed() {
        return timed;
    }

    /** Says when the segment became empty, or that this is not known. */
    public void setEmptySince(long nanos, boolean known) {
        emptySince = nanos;
        timed = known;
    }

    boolean isPresent() {
        return present;
    }

    void setAbsent() {
        present = false;
    }

    boolean isListed() {
        return listed;
    }

    void setListed(boolean on) {
        listed = on;
    }
}
