package dev.quarry.internal.pool;

import dev.quarry.internal.account.PoolCounters;
import dev.quarry.internal.cache.StreamCache;
import dev.quarry.internal.index.FreeIndex;
import dev.quarry.internal.index.SizeClasses;
import dev.quarry.internal.segment.Block;
import dev.quarry.internal.segment.BlockStore;
import dev.quarry.internal.segment.IdleClock;
import dev.quarry.internal.segment.Segment;
import dev.quarry.internal.segment.SegmentTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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
     * in the middle, and large free blocks stay whole for longer. Not so in ranges, which grow at the upper end.
     */
    private static final long UPPER_CUT_BYTES = 4 << 20;

    /** Smallest request for which a segment much too large is exchanged. */
    private static final long EXCHANGE_BYTES = 16 << 20;

    private final BlockStore blocks = new BlockStore();
    private final SizeClasses classes;
    private final PoolCounters counters;
    private final IdleClock clock;
    private final SegmentTable segments;
    private final AllocatedPeak peak;
    private final Ranges ranges;

    /** What the caches of domains counted that are gone. */
    private StreamCache.Counters retired = StreamCache.Counters.NONE;

    /** By number; a domain that is gone is replaced by the host's. */
    private Domain[] domains = new Domain[0];

    private List<Domain> present = List.of();

    /** Whether memory that nobody owns joins what a domain frees only when that lacks memory, so that others find it. */
    private final boolean keepsApart;

    Heap(SizeClasses classes, PoolCounters counters, LongSupplier clock, boolean keepsApart) {
        this.keepsApart = keepsApart;
        this.classes = classes;
        this.counters = counters;
        this.clock = new IdleClock(clock);
        this.segments = new SegmentTable(blocks, this.clock);
        this.peak = new AllocatedPeak(this, counters);
        this.ranges = new Ranges(this, blocks, segments);
    }

    SegmentTable segments() {
        return segments;
    }

    /** Returns what counts the peak of allocated bytes. */
    AllocatedPeak peak() {
        return peak;
    }

    /** Returns the ranges of reserved addresses. */
    Ranges ranges() {
        return ranges;
    }

    /** Returns what tells since when segments are empty. */
    IdleClock clock() {
        return clock;
    }

    /** Returns the number that the next domain will have. */
    int nextDomain() {
        return domains.length;
    }

    /** Returns the domains that exist, the host's first. */
    List<Domain> presentDomains() {
        return present;
    }

    /** Adds a domain. */
    void add(Domain domain) {
        domains = Arrays.copyOf(domains, domains.length + 1);
        domains[domain.id()] = domain;
        present = List.copyOf(new LinkedHashSet<>(Arrays.asList(domains)));
    }

    /** Lets the host's domain stand for one that is gone and owns nothing any more. */
    void retire(Domain domain) {
        retired = retired.plus(domain.cache().counters());
        counters.ceiling += domain.cache().takeCredit();
        domains[domain.id()] = domain(Domain.HOST);
        present = List.copyOf(new LinkedHashSet<>(Arrays.asList(domains)));
        present.forEach(other -> other.forget(domain));
    }

    /** Returns what the caches of domains counted that are gone. */
    StreamCache.Counters retired() {
        return retired;
    }

    Domain domain(int id) {
        return domains[id];
    }

    FreeIndex newIndex() {
        return new FreeIndex(classes.granule(), blocks);
    }

    /** Makes an empty cache for classes up to some bytes. */
    StreamCache newCache(long largest) {
        return new StreamCache(classes, largest, blocks);
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

    /** Returns the bytes handed out at present. */
    long allocatedBytes() {
        long bytes = counters.carvedBytes - counters.freedBytes + retired.bytesOut() - retired.bytesIn();
        for (Domain domain : present) {
            bytes -= domain.cache().balance();
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
     * @return the block, still free, or {@code null}
     */
    @Nullable
    Block find(Domain domain, long size, long alignment, boolean small) {
        Block own = fit(domain.index(small), size, alignment);
        FreeIndex unownedOnes = domain(Domain.HOST).index(small);
        if (unownedOnes.count() == 0 || domain.isHost()) {
            return own;
        }
        Block unowned = fit(unownedOnes, size, alignment);
        return own == null || (unowned != null && isBetter(unowned, own)) ? unowned : own;
    }

    /** Returns whether a block fits better than another: not at the top of a range, else the first in best-fit order. */
    private boolean isBetter(Block block, Block other) {
        boolean atTop = segments.hasRanges() && block.isTop();
        boolean otherAtTop = segments.hasRanges() && other.isTop();
        return atTop == otherAtTop ? block.precedes(other) : otherAtTop;
    }

    /** Finds the best fit in one index: the block still free, or {@code null}. */
    @Nullable
    Block fit(FreeIndex index, long size, long alignment) {
        Block block = bestFit(index, size);
        if (block == null || alignment <= classes.granule() || fits(block, size, alignment)) {
            return block;
        }
        // The smallest block may just be misplaced; one with room for any shift always fits.
        return bestFit(index, size + alignment - classes.granule());
    }

    /** Returns the best fit that is not at the top of a range; only if there is none, the one there. */
    private @Nullable Block bestFit(FreeIndex index, long size) {
        Block block = index.bestFit(size);
        if (block != null && segments.hasRanges() && block.isTop()) {
            Block other = index.after(block);
            return other == null ? block : other;
        }
        return block;
    }

    /** Takes {@code size} bytes out of a free block, gives the rest back to its owner, and returns the piece, in use. */
    Block carve(Block block, long size, long alignment, Domain holder, long requested, int tag) {
        FreeIndex index = ownerOf(block, holder).index(block.isSmall());
        long start = block.address();
        long end = start + block.size();
        long at = placeIn(start, end, size, alignment);
        Block piece = block;
        if (at == start) {
            carveLower(index, block, size);
        } else if (at + size == end) {
            piece = carveUpper(index, block, at - start);
        } else {
            index.remove(block);
            piece = blocks.split(block, at - start);
            index.insert(block);
            index.insert(blocks.split(piece, size));
        }
        piece.hold(holder.id(), requested, tag);
        counters.carved++;
        counters.carvedBytes += size;
        counters.requestedOut += requested;
        peak.noteCarved(holder);
        return piece;
    }

    /** Takes the lower part of a block out of its index; the rest, if any, stays. */
    private void carveLower(FreeIndex index, Block block, long size) {
        long before = block.size();
        if (before == size) {
            index.remove(block);
        } else if (index.isResizable(block, before - size)) {
            index.replace(block, before, blocks.split(block, size));
        } else {
            index.remove(block);
            index.insert(blocks.split(block, size));
        }
    }

    /** Takes the upper part of a block out of its index, leaving some bytes; returns that part. */
    private Block carveUpper(FreeIndex index, Block block, long left) {
        if (index.isResizable(block, left)) {
            index.resized(left - block.size());
            return blocks.split(block, left);
        }
        index.remove(block);
        Block piece = blocks.split(block, left);
        index.insert(block);
        return piece;
    }

    /** Takes several pieces that lie side by side out of a free block; they are in use. */
    List<Block> carveRow(Block block, long[] sizes, long[] requested, long sum, Domain holder) {
        List<Block> pieces = new ArrayList<>(sizes.length);
        Block piece = carve(block, sum, 1, holder, requested[0], Tags.NONE);
        pieces.add(piece);
        for (int i = 1; i < sizes.length; i++) {
            piece = blocks.split(piece, sizes[i - 1]);
            piece.hold(holder.id(), requested[i], Tags.NONE);
            pieces.add(piece);
            counters.carved++;
            counters.requestedOut += requested[i];
        }
        return pieces;
    }

    /** Takes a free block out of the index without changing it; it is in transit then. */
    void detach(Block block) {
        unlink(block, domain(Domain.HOST));
        block.setOwner(block.owner(), Block.IN_TRANSIT);
    }

    /** Frees a block in a domain, merging it with free neighbours that the domain owns or that nobody does; returns the whole. */
    Block free(Block block, Domain domain) {
        long address = block.address();
        long size = block.size();
        Block merged = place(block, domain);
        if (merged.isWholeSegment()) {
            segments.noteEmpty(merged.segment());
        } else if (merged.size() >= segments.pageBytes() && merged.segment().isPaged()) {
            segments.noteFreed(merged.segment(), address, size);
        }
        return merged;
    }

    private Block place(Block block, Domain domain) {
        long sequence = domain.isHost() ? 0 : domain.nextSequence();
        FreeIndex index = domain.index(block.isSmall());
        boolean simple = keepsApart
                || domain.isHost()
                || domain(Domain.HOST).index(block.isSmall()).count() == 0;
        return simple ? merge(block, domain, index, sequence) : mergeAll(block, domain, index, sequence);
    }

    /** Merges where all that joins is the domain's: one neighbour on each side at most (I2). */
    private Block merge(Block block, Domain domain, FreeIndex index, long sequence) {
        Block after = block.next();
        if (after != null && after.isFreeOf(domain.id())) {
            index.remove(after);
            blocks.absorbNext(block);
        }
        Block before = block.previous();
        if (before == null || !before.isFreeOf(domain.id())) {
            block.setFree(domain.id(), sequence); // the order in a bin depends on it
            index.insert(block);
            return block;
        }
        long more = block.size();
        if (index.isResizable(before, before.size() + more)) {
            index.resized(more);
            blocks.absorbNext(before);
            before.setFree(domain.id(), sequence);
        } else {
            index.remove(before);
            blocks.absorbNext(before);
            before.setFree(domain.id(), sequence);
            index.insert(before);
        }
        return before;
    }

    /** Merges where blocks of nobody's may stand between this one and others of the domain's. */
    private Block mergeAll(Block block, Domain domain, FreeIndex index, long sequence) {
        Block merged = block;
        Block before = block.previous();
        for (; before != null && joins(before, domain); before = merged.previous()) {
            unlink(before, domain);
            blocks.absorbNext(before);
            merged = before;
        }
        Block after = merged.next();
        for (; after != null && joins(after, domain); after = merged.next()) {
            unlink(after, domain);
            blocks.absorbNext(merged);
        }
        merged.setFree(domain.id(), sequence);
        index.insert(merged);
        return merged;
    }

    /** Gives a free block to another domain; it stays as long unused as it was. */
    void transfer(Block block, Domain target) {
        boolean whole = block.isWholeSegment();
        Segment segment = block.segment();
        if (segment.isPaged()) {
            detach(block);
            place(block, target);
            return;
        }
        long since = segment.emptySince();
        boolean timed = segment.isTimed();
        detach(block);
        free(block, target);
        if (whole) {
            segment.setEmptySince(since, timed);
        }
    }

    /** Adds a segment and returns its one block, in use and owned by nobody. */
    Block addSegment(long address, long bytes, boolean small, boolean dedicated) {
        return segments.add(address, bytes, small, dedicated).first();
    }

    /** Returns whether a free block is a whole segment that would be exchanged for a smaller one where memory is short. */
    boolean isMuchTooLarge(Block block, long size) {
        return !keepsApart && size >= EXCHANGE_BYTES && block.size() > size + size / 8 && block.isWholeSegment();
    }

    /** Returns whether a block can be cut so that a piece of a size lies at a multiple of an alignment. */
    boolean fits(Block block, long size, long alignment) {
        long start = block.address();
        long end = start + block.size();
        long at = placeIn(start, end, size, alignment);
        return at >= start && at + size <= end;
    }

    private long placeIn(long start, long end, long size, long alignment) {
        return size <= UPPER_CUT_BYTES && !segments.hasRanges()
                ? (end - size) & -alignment
                : (start + alignment - 1) & -alignment;
    }

    private static boolean joins(Block neighbour, Domain domain) {
        return neighbour.isFreeOf(domain.id()) || neighbour.isFreeOf(Domain.HOST);
    }

    private void unlink(Block block, Domain likely) {
        ownerOf(block, likely).index(block.isSmall()).remove(block);
    }

    private Domain ownerOf(Block block, Domain likely) {
        return block.owner() == likely.id() ? likely : domain(block.owner());
    }
}
