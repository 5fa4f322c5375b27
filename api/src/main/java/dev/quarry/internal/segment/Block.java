package dev.quarry.internal.segment;

import org.jspecify.annotations.Nullable;

/**
 * A contiguous part of a segment: free, in use, or without memory.
 *
 * <p>Blocks are linked three ways: to the neighbours in their segment, to others in the structure that they are in (a bin of
 * an index, or a stack), and to their segment. They are made, split, merged, and moved into and out of {@link #FREE}
 * under the pool's lock only, and used again afterwards, so that a pool in a steady state makes no garbage. While a block is
 * {@link #IN_USE} or {@link #CACHED}, its holder writes what was asked for, tag, owner and state. A neighbour's state that is
 * read meanwhile can only be the one for the other, and neither merges.
 */
public final class Block extends Padded {
    /** Held by a user. */
    public static final int IN_USE = 1;
    /** In a stream cache. */
    public static final int CACHED = 2;
    /** In a free index. */
    public static final int FREE = 3;
    /** Behind events. */
    public static final int PENDING = 4;
    /** Owned by a thread in a driver call. */
    public static final int IN_TRANSIT = 5;
    /** Addresses of a range with nothing mapped to them. */
    public static final int UNMAPPED = 6;
    /** Over a mapping that could neither be made accessible nor be undone. */
    public static final int STUCK = 7;

    private final int number;
    private long address;
    private long size;
    private @Nullable Block previous;
    private @Nullable Block next;
    private @Nullable Block left;
    private @Nullable Block right;
    private @Nullable Segment segment;
    private boolean small;
    private int bin;
    private int below;
    private int state;
    private int owner;
    private int tag;
    private long requested;
    private long sequence;

    /** Makes a block that is nowhere. */
    Block(int number) {
        this.number = number;
    }

    /** Returns the number: no other block of the pool has it. */
    public int number() {
        return number;
    }

    /** Returns the first byte's address. */
    public long address() {
        return address;
    }

    /** Returns the size in bytes. */
    public long size() {
        return size;
    }

    /** Returns the block before this one in its segment. */
    public @Nullable Block previous() {
        return previous;
    }

    /** Returns the block after this one in its segment. */
    public @Nullable Block next() {
        return next;
    }

    /** Returns whether the block has no neighbours. */
    public boolean isWholeSegment() {
        return previous == null && next == null;
    }

    /** Returns whether nothing is mapped behind this block up to the end of its range: what is cut off it grows the pool. */
    public boolean isTop() {
        Block after = next;
        return after != null && after.state == UNMAPPED && after.next == null;
    }

    /** Returns the segment. */
    public Segment segment() {
        Segment in = segment;
        if (in == null) {
            throw new IllegalStateException("block " + number + " is in no segment");
        }
        return in;
    }

    /** Returns whether the block lies in a segment that serves small requests. */
    public boolean isSmall() {
        return small;
    }

    /** Returns whether the block is all of a dedicated segment. */
    public boolean isDedicated() {
        return segment().isDedicated();
    }

    /** Returns the left child in a tree, or the one before in a list. */
    public @Nullable Block left() {
        return left;
    }

    /** Returns the right child in a tree, or the one after in a list or stack. */
    public @Nullable Block right() {
        return right;
    }

    /** Sets the left link. */
    public void setLeft(@Nullable Block block) {
        left = block;
    }

    /** Sets the right link. */
    public void setRight(@Nullable Block block) {
        right = block;
    }

    /** Returns the number of the block below in a cache's stack, 0 for none. */
    public int below() {
        return below;
    }

    /** Sets the number of the block below. */
    public void setBelow(int block) {
        below = block;
    }

    /** Returns the bin that the block is in; meaningful while it is in an index. */
    public int bin() {
        return bin;
    }

    /** Sets the bin. */
    public void setBin(int index) {
        bin = index;
    }

    /** Returns the bytes asked for by the holder. */
    public long requested() {
        return requested;
    }

    /** Returns the number of the holder's tag. */
    public int tag() {
        return tag;
    }

    /** Returns the owning domain's number; for a block in use, the domain it was allocated in. */
    public int owner() {
        return owner;
    }

    /** Returns where the block is. */
    public int state() {
        return state;
    }

    /** Returns whether the block is free in an index and owned by a domain. */
    public boolean isFreeOf(int domain) {
        return state == FREE && owner == domain;
    }

    /** Returns the owner's sequence number at which the block was freed. */
    public long sequence() {
        return sequence;
    }

    /** Says who owns the block and where it is. */
    public void setOwner(int domain, int where) {
        owner = domain;
        state = where;
    }

    /** Says that the block is free, owned by a domain at that domain's sequence number. */
    public void setFree(int domain, long at) {
        owner = domain;
        state = FREE;
        sequence = at;
    }

    /** Writes what a new holder asked for; the block is in use from now on. */
    public void hold(int domain, long bytes, int tagNumber) {
        requested = bytes;
        tag = tagNumber;
        owner = domain;
        state = IN_USE;
    }

    /**
     * Returns whether this block comes before another in best-fit order: the smaller; among equals parts of segments before
     * whole ones, so that these stay whole; among parts the lower, among whole segments the one freed last.
     */
    public boolean precedes(Block other) {
        return size == other.size ? precedesEqual(other) : size < other.size;
    }

    private boolean precedesEqual(Block other) {
        boolean whole = isWholeSegment();
        if (whole != other.isWholeSegment()) {
            return !whole;
        }
        if (whole && sequence != other.sequence) {
            return sequence > other.sequence;
        }
        return Long.compareUnsigned(address, other.address) < 0;
    }

    /** Becomes all of a segment, in use. */
    void begin(Segment all) {
        address = all.address();
        size = all.bytes();
        previous = null;
        next = null;
        segment = all;
        small = all.isSmall();
        requested = 0;
        tag = 0;
        owner = 0;
        state = IN_USE;
        sequence = 0;
    }

    /** Gives the bytes beyond some to another block, the new neighbour, with the same owner, state and sequence number. */
    void splitOff(Block upper, long lower) {
        Block after = next;
        upper.address = address + lower;
        upper.size = size - lower;
        upper.previous = this;
        upper.next = after;
        upper.segment = segment;
        upper.small = small;
        upper.requested = 0;
        upper.tag = 0;
        upper.owner = owner;
        upper.state = state;
        upper.sequence = sequence;
        size = lower;
        next = upper;
        if (after != null) {
            after.previous = upper;
        }
    }

    /** Takes the next neighbour's bytes. */
    void absorb(Block after) {
        Block beyond = after.next;
        size += after.size;
        next = beyond;
        if (beyond != null) {
            beyond.previous = this;
        }
    }

    /** Is nowhere again; what it was linked to is overwritten when it is used again. */
    void end() {
        state = 0;
    }

    @Override
    public String toString() {
        return "block " + number + " of " + size + " bytes at 0x" + Long.toHexString(address);
    }
}
