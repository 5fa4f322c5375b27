package dev.quarry.internal.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The segments of a pool, by address. Guarded by the pool's lock. */
public final class SegmentTable {
    private final BlockStore blocks;
    private final IdleClock clock;
    private final TreeMap<Long, Segment> byAddress = new TreeMap<>(Long::compareUnsigned);

    /** All empty segments, and others that were empty once: sorted out when the list is read. */
    private final List<Segment> emptied = new ArrayList<>();

    private final List<Segment> ranges = new ArrayList<>();

    private boolean hasRanges;

    /** Unit of mapping of the ranges; the largest number where there are none. */
    private long pageBytes = Long.MAX_VALUE;

    /** Bytes of memory, in all segments and in those for small requests. */
    private long bytes;

    private long smallBytes;

    /** Makes an empty table whose segments' first blocks come from a store. */
    public SegmentTable(BlockStore blocks, IdleClock clock) {
        this.blocks = blocks;
        this.clock = clock;
    }

    /** Adds a segment; its one block is in use and owned by nobody. */
    public Segment add(long address, long size, boolean small, boolean dedicated) {
        Segment segment = new Segment(address, size, small, dedicated, blocks);
        byAddress.put(address, segment);
        count(segment, size);
        return segment;
    }

    /** Adds a range of reserved addresses, one hole, into which pages of some bytes can be mapped. */
    public Segment addRange(long address, long size, boolean small, long page) {
        Segment range = Segment.range(address, size, small, blocks);
        byAddress.put(address, range);
        ranges.add(range);
        hasRanges = true;
        pageBytes = page;
        return range;
    }

    /** Takes a segment out whose one block is neither free in an index nor in use. */
    public void remove(Segment segment) {
        blocks.recycle(segment.first());
        segment.setAbsent();
        byAddress.remove(segment.address());
        ranges.remove(segment);
        hasRanges = !ranges.isEmpty();
        pageBytes = hasRanges ? pageBytes : Long.MAX_VALUE;
        count(segment, -segment.heldBytes());
    }

    /** Takes note that memory is mapped into a range. */
    public void map(Segment range, Mapping mapping) {
        range.pages().add(mapping);
        count(range, mapping.bytes());
    }

    /** Takes note that memory is not mapped any more. */
    public void unmap(Segment range, Mapping mapping) {
        range.pages().remove(mapping);
        count(range, -mapping.bytes());
    }

    /** Returns whether there is a range of reserved addresses. */
    public boolean hasRanges() {
        return hasRanges;
    }

    /** Returns the size of the smallest handles that may lie in ranges; more than any block has where there is no range. */
    public long pageBytes() {
        return pageBytes;
    }

    /** Returns whether some addresses belong to a segment, in part or as a whole. */
    public boolean overlaps(long address, long size) {
        var below = byAddress.lowerEntry(address + size);
        return below != null
                && Long.compareUnsigned(below.getKey() + below.getValue().bytes(), address) > 0;
    }

    /** Returns the ranges of reserved addresses. */
    public List<Segment> ranges() {
        return ranges;
    }

    /** Takes note that a segment became empty. */
    public void noteEmpty(Segment segment) {
        clock.start(segment);
        if (!segment.isListed()) {
            segment.setListed(true);
            emptied.add(segment);
        }
    }

    /** Takes note that memory of a range was freed, by which a free block became as large as one that can be given back. */
    public void noteFreed(Segment range, long address, long size) {
        range.pages().noteUse(address, size);
        clock.start(range);
    }

    /** Returns the segments that are one free block each. */
    public List<Segment> empty() {
        emptied.removeIf(segment -> {
            boolean keep = segment.isPresent() && segment.isEmpty();
            segment.setListed(keep);
            return !keep;
        });
        return List.copyOf(emptied);
    }

    /** Returns the bytes of memory in all segments. */
    public long bytes() {
        return bytes;
    }

    /** Returns the bytes of memory in the segments for small requests, or in the others. */
    public long bytes(boolean small) {
        return small ? smallBytes : bytes - smallBytes;
    }

    /** Returns the number of segments. */
    public int count() {
        return byAddress.size();
    }

    /** Visits all segments in the order of their addresses. */
    public void forEach(Consumer<Segment> visitor) {
        byAddress.values().forEach(visitor);
    }

    /** Returns the place of the smallest segment of at least some bytes, else of the largest. */
    public static int smallestOf(List<Segment> segments, long bytes) {
        int best = 0;
        for (int i = 1; i < segments.size(); i++) {
            long size = segments.get(i).bytes();
            long bestSize = segments.get(best).bytes();
            boolean better = bestSize < bytes ? size > bestSize : size >= bytes && size < bestSize;
            best = better ? i : best;
        }
        return best;
    }

    private void count(Segment segment, long more) {
        bytes += more;
        smallBytes += segment.isSmall() ? more : 0;
    }
}
