package dev.quarry.internal.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The segments of a pool, by number and by address. Guarded by the pool's lock. */
public final class SegmentTable {
    private final List<@Nullable Segment> byNumber = new ArrayList<>();
    private final TreeMap<Long, Segment> byAddress = new TreeMap<>(Long::compareUnsigned);

    /** All empty segments, and others that were empty once: sorted out when the list is read. */
    private final List<Segment> emptied = new ArrayList<>();

    private long bytes;
    private long smallBytes;

    /** Returns the number that the next segment will get. */
    public int nextNumber() {
        int free = byNumber.indexOf(null);
        return free < 0 ? byNumber.size() : free;
    }

    /**
     * Adds a segment.
     *
     * @param name made of the number that {@link #nextNumber} returned
     */
    public Segment add(int name, long address, long size, int first) {
        Segment segment = new Segment(name, address, size, first);
        if (segment.number() == byNumber.size()) {
            byNumber.add(segment);
        } else {
            byNumber.set(segment.number(), segment);
        }
        byAddress.put(address, segment);
        bytes += size;
        smallBytes += segment.isSmall() ? size : 0;
        return segment;
    }

    /** Takes a segment out. */
    public void remove(Segment segment) {
        byNumber.set(segment.number(), null);
        byAddress.remove(segment.address());
        bytes -= segment.bytes();
        smallBytes -= segment.isSmall() ? segment.bytes() : 0;
    }

    /** Returns a segment by name. */
    public Segment get(int name) {
        Segment segment = byNumber.get(name >>> 2);
        if (segment == null) {
            throw new IllegalStateException("no segment " + (name >>> 2));
        }
        return segment;
    }

    /** Returns the segment that an address lies in, or {@code null}. */
    public @Nullable Segment at(long address) {
        var entry = byAddress.floorEntry(address);
        return entry == null || address - entry.getKey() >= entry.getValue().bytes() ? null : entry.getValue();
    }

    /** Takes note that a segment became empty at a time in nanoseconds. */
    public void noteEmpty(Segment segment, long nanos) {
        segment.setEmptySince(nanos);
        if (!segment.isListed()) {
            segment.setListed(true);
            emptied.add(segment);
        }
    }

    /** Returns the segments of the table that are empty, as the predicate tells. */
    public List<Segment> empty(Predicate<Segment> isEmpty) {
        emptied.removeIf(segment -> {
            boolean keep = byNumber.get(segment.number()) == segment && isEmpty.test(segment);
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
