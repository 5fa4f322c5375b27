package dev.quarry.internal.segment;

import dev.quarry.internal.index.BlockTable;

/** A region taken from the driver in one step. Guarded by the pool's lock. */
public final class Segment {
    private final int name;
    private final long address;
    private final long bytes;
    private final int first;
    private long emptySince;

    /** Whether the table has the segment on its list of those that may be empty. */
    private boolean listed;

    Segment(int name, long address, long bytes, int first) {
        this.name = name;
        this.address = address;
        this.bytes = bytes;
        this.first = first;
    }

    /** Returns the name by which blocks know their segment: see {@link BlockTable#create}. */
    public int name() {
        return name;
    }

    /** Returns the segment's number. */
    public int number() {
        return name >>> 2;
    }

    /** Returns the first byte's address. */
    public long address() {
        return address;
    }

    /** Returns the size in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Returns the block at the first byte: the same row as long as the segment exists. */
    public int first() {
        return first;
    }

    /** Returns whether the segment is one block that is never split, cached or merged. */
    public boolean isDedicated() {
        return (name & BlockTable.DEDICATED) != 0;
    }

    /** Returns whether the segment serves small requests. */
    public boolean isSmall() {
        return (name & BlockTable.SMALL) != 0;
    }

    boolean isListed() {
        return listed;
    }

    void setListed(boolean on) {
        listed = on;
    }

    /** Returns the time at which the segment became wholly free, in nanoseconds; meaningful while it is. */
    public long emptySince() {
        return emptySince;
    }

    /** Sets the time at which the segment became wholly free. */
    public void setEmptySince(long nanos) {
        emptySince = nanos;
    }
}
