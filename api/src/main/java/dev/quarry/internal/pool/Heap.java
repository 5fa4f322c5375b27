package dev.quarry.internal.pool;

import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.index.BlockTable;
import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Segment;
import dev.quarry.internal.segment.SegmentTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The blocks of a pool's segments: placing, splitting, merging. Guarded by the pool's lock; calls no driver.
 *
 * <p>I1: the blocks of a segment tile it. I2: no two free neighbours have the same owner. Small requests have segments of
 * their own, so that short-lived small blocks do not pin what large ones could use.
 */
final class Heap {
    /** Largest block, in bytes, that is served from segments for small requests. */
    static final long SMALL_BYTES = 1 << 20;

    /**
     * Blocks up to this size are cut from the upper end of a free block, larger ones from the lower: so the two do not mix
     * in the middle, and large free blocks stay whole for longer.
     */
    private static final long UPPER_CUT_BYTES = 4 << 20;

    /** Smallest request for which a segment much too large is exchanged. */
    private static final long EXCHANGE_BYTES = 16 << 20;

    private final BlockTable table;
    private final SizeClasses classes;
    private final PoolCounters counters;
    private final LongSupplier clock;
    private final SegmentTable segments = new SegmentTable();

    /** What the caches of domains counted that are gone. */
    private StreamCache.Counters retired = StreamCache.Counters.NONE;

    /** By number; a domain that is gone is replaced by the host's. */
    private final List<Domain> domains = new ArrayList<>();

    private List<Domain> present = List.of();

    Heap(BlockTable table, SizeClasses classes, PoolCounters counters, LongSupplier clock) {
        this.table = table;
        this.classes = classes;
        this.counters = counters;
        this.clock = clock;
    }

    BlockTable table() {
        return table;
    }

    SegmentTable segments() {
        return segments;
    }

    /** Returns the domains by number; one that is gone is replaced by the host's. */
    List<Domain> domains() {
        return domains;
    }

    /** Returns the domains that exist, the host's first. */
    List<Domain> presentDomains() {
        return present;
    }

    /** Adds a domain. */
    void add(Domain domain) {
        domains.add(domain);
        present = List.copyOf(new LinkedHashSet<>(domains));
    }

    /** Lets the host's domain stand for one that is gone and owns nothing any more. */
    void retire(Domain domain) {
        retired = retired.plus(domain.cache().counters());
        domains.set(domain.id(), domain(Domain.HOST));
        present = List.copyOf(new LinkedHashSet<>(domains));
        present.forEach(other -> other.forget(domain));
    }

    /** Returns what the caches of domains counted that are gone. */
    StreamCache.Counters retired() {
        return retired;
    }

    Domain domain(int id) {
        return domains.get(id);
    }

    FreeIndex newIndex() {
        return new FreeIndex(table, classes.granule());
    }

    /** Returns the smallest block step in bytes. */
    long granule() {
        return classes.granule();
    }

    /** Returns the bytes in all indexes of segments for small requests, or of the others. */
    long freeBytes(boolean small) {
        long bytes = 0;
        for (Domain domain : present) {
            bytes += domain.index(small).bytes();
        }
        return bytes;
    }

    /** Returns whether a request of a size belongs into segments for small requests. */
    static boolean isSmall(long size) {
        return size <= SMALL_BYTES;
    }

    /**
     * Finds the best fit among the free blocks of a domain and those that nobody owns.
     *
     * @return the block, still free, or 0
     */
    int find(Domain domain, long size, long alignment, boolean small) {
        int own = fit(domain.index(small), size, alignment);
        if (domain.isHost()) {
            return own;
        }
        int unowned = fit(domain(Domain.HOST).index(small), size, alignment);
        if (own == 0 || unowned == 0) {
            return own | unowned;
        }
        return table.precedes(unowned, own) ? unowned : own;
    }

    /** Finds the best fit in one index: the block still free, or 0. */
    int fit(FreeIndex index, long size, long alignment) {
        int block = index.bestFit(size);
        if (block == 0 || alignment <= classes.granule() || fits(block, size, alignment)) {
            return block;
        }
        // The smallest block may just be misplaced; one with room for any shift always fits.
        return index.bestFit(size + alignment - classes.granule());
    }

    /** Takes {@code size} bytes out of a free block, gives the rest back to its owner, and returns the piece, in use. */
    int carve(int block, long size, long alignment, Domain holder, long requested, int tag) {
        Domain owner = domain(table.owner(block));
        FreeIndex index = owner.index(table.isSmall(block));
        index.remove(block);
        long start = table.address(block);
        long end = start + table.size(block);
        long at = placeIn(start, end, size, alignment);
        int piece = block;
        if (at > start) {
            piece = cut(block, at);
            table.setOwner(block, owner.id(), BlockTable.FREE);
            index.insert(block);
        }
        if (at + size < end) {
            int rest = cut(piece, at + size);
            table.setOwner(rest, owner.id(), BlockTable.FREE);
            index.insert(rest);
        }
        table.hold(piece, holder.id(), requested, tag);
        counters.carved++;
        counters.carvedBytes += size;
        counters.requestedOut += requested;
        return piece;
    }

    /** Takes several pieces that lie side by side out of a free block; they are in use. */
    int[] carveRow(int block, long[] sizes, long[] requested, long sum, Domain holder) {
        int[] pieces = new int[sizes.length];
        pieces[0] = carve(block, sum, 1, holder, requested[0], Tags.NONE);
        for (int i = 1; i < sizes.length; i++) {
            pieces[i] = cut(pieces[i - 1], table.address(pieces[i - 1]) + sizes[i - 1]);
            table.hold(pieces[i], holder.id(), requested[i], Tags.NONE);
            counters.carved++;
            counters.requestedOut += requested[i];
        }
        return pieces;
    }

    /** Takes a free block out of the index without changing it; it is in transit then. */
    void detach(int block) {
        Domain owner = domain(table.owner(block));
        owner.index(table.isSmall(block)).remove(block);
        table.setOwner(block, owner.id(), BlockTable.IN_TRANSIT);
    }

    /** Frees a block in a domain, merging it with free neighbours that the domain owns or that nobody does. */
    void free(int block, Domain domain) {
        int merged = block;
        // More than one step: a block of nobody's may stand between this one and one of the domain's.
        for (int before = table.previous(merged); joins(before, domain); before = table.previous(merged)) {
            unlink(before);
            absorbNext(before);
            merged = before;
        }
        for (int after = table.next(merged); joins(after, domain); after = table.next(merged)) {
            unlink(after);
            absorbNext(merged);
        }
        table.setOwner(merged, domain.id(), BlockTable.FREE);
        table.setSequence(merged, domain.isHost() ? 0 : domain.nextSequence());
        domain.index(table.isSmall(merged)).insert(merged);
        if (table.previous(merged) == 0 && table.next(merged) == 0) {
            segments.noteEmpty(segments.get(table.segment(merged)), clock.getAsLong());
        }
    }

    /** Gives a free block to another domain; an empty segment stays as long empty as it was. */
    void transfer(int block, Domain target) {
        boolean whole = table.previous(block) == 0 && table.next(block) == 0;
        Segment segment = segments.get(table.segment(block));
        long since = segment.emptySince();
        detach(block);
        free(block, target);
        if (whole) {
            segment.setEmptySince(since);
        }
    }

    /** Adds a segment and returns its one block, in use and owned by nobody. */
    int addSegment(long address, long bytes, boolean small, boolean dedicated) {
        int name = segments.nextNumber() << 2 | (small ? BlockTable.SMALL : 0) | (dedicated ? BlockTable.DEDICATED : 0);
        int block = table.create(address, bytes, name);
        segments.add(name, address, bytes, block);
        return block;
    }

    /** Forgets a segment whose one block is neither free in an index nor in use. */
    void removeSegment(Segment segment) {
        table.recycle(segment.first());
        segments.remove(segment);
    }

    /** Returns the segments that are one free block each. */
    List<Segment> emptySegments() {
        return segments.empty(this::isEmpty);
    }

    /** Returns whether a segment is one free block. */
    boolean isEmpty(Segment segment) {
        int first = segment.first();
        return table.state(first) == BlockTable.FREE && table.next(first) == 0;
    }

    /** Returns whether a free block is a whole segment that would be exchanged for a smaller one where memory is short. */
    boolean isMuchTooLarge(int block, long size) {
        return size >= EXCHANGE_BYTES
                && table.size(block) > size + size / 8
                && table.previous(block) == 0
                && table.next(block) == 0;
    }

    private boolean fits(int block, long size, long alignment) {
        long start = table.address(block);
        long end = start + table.size(block);
        long at = placeIn(start, end, size, alignment);
        return at >= start && at + size <= end;
    }

    private static long placeIn(long start, long end, long size, long alignment) {
        return size <= UPPER_CUT_BYTES ? (end - size) & -alignment : (start + alignment - 1) & -alignment;
    }

    /** Cuts a block in two; returns the upper part, with the lower one's sequence number. */
    private int cut(int block, long at) {
        long start = table.address(block);
        long end = start + table.size(block);
        int upper = table.create(at, end - at, table.segment(block));
        table.setSequence(upper, table.sequence(block));
        table.setRange(block, start, at - start);
        table.join(upper, table.next(block));
        table.join(block, upper);
        return upper;
    }

    private boolean joins(int neighbour, Domain domain) {
        if (neighbour == 0 || table.state(neighbour) != BlockTable.FREE) {
            return false;
        }
        int owner = table.owner(neighbour);
        return owner == domain.id() || owner == Domain.HOST;
    }

    private void unlink(int block) {
        domain(table.owner(block)).index(table.isSmall(block)).remove(block);
    }

    private void absorbNext(int block) {
        int next = table.next(block);
        table.setRange(block, table.address(block), table.size(block) + table.size(next));
        table.join(block, table.next(next));
        table.recycle(next);
    }
}
