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
        bytes += size;
        smallBytes += small ? size : 0;
        return segment;
    }

    /** Takes a segment out whose one block is neither free in an index nor in use. */
    public void remove(Segment segment) {
        blocks.recycle(segment.first());
        segment.setAbsent();
        byAddress.remove(segment.address());
        bytes -= segment.bytes();
        smallBytes -= segment.isSmall() ? segment.bytes() : 0;
    }

    /** Takes note that a segment became empty. */
    public void noteEmpty(Segment segment) {
        clock.start(segment);
        if (!segment.isListed()) {
            segment.setListed(true);
            emptied.add(segment);
        }
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

    /** Returns the sum of the sizes in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Returns the sum of the sizes in bytes of the segments for small requests, or of the others. */
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
}
