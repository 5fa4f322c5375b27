package dev.quarry.internal.segment;

/** A region taken from the driver in one step. Guarded by the pool's lock. */
public final class Segment {
    private final long address;
    private final long bytes;
    private final boolean small;
    private final boolean dedicated;
    private final Block first;
    private long emptySince;
    private boolean timed;

    /** Whether the table has the segment. */
    private boolean present = true;

    /** Whether the table has the segment on its list of those that may be empty. */
    private boolean listed;

    Segment(long address, long bytes, boolean small, boolean dedicated, BlockStore blocks) {
        this.address = address;
        this.bytes = bytes;
        this.small = small;
        this.dedicated = dedicated;
        this.first = blocks.begin(this);
    }

    /** Returns the first byte's address. */
    public long address() {
        return address;
    }

    /** Returns the size in bytes. */
    public long bytes() {
        return bytes;
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

    /** Returns the time at which the segment became empty, in nanoseconds, if it {@link #isTimed}. */
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
