package dev.quarry.internal.segment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is mapped where in a range of reserved addresses, and the holes in which nothing is. Guarded by the pool's lock;
 * changes under the gate only, so that a hole that was seen under the gate stays.
 */
public final class PageTable {
    private final TreeMap<Long, Mapping> mappings = new TreeMap<>();
    private final TreeMap<Long, Block> holes = new TreeMap<>();
    private long bytes;

    /** Between these addresses lies all that was freed since {@link #forgetUse}. */
    private long usedFrom = Long.MAX_VALUE;

    private long usedTo = Long.MIN_VALUE;

    PageTable() {}

    /** Returns the bytes that are mapped. */
    public long bytes() {
        return bytes;
    }

    /** Returns all mappings, in the order of their addresses. */
    public Collection<Mapping> mappings() {
        return List.copyOf(mappings.values());
    }

    /** Returns the mappings that lie inside a range whole, in the order of their addresses. */
    public List<Mapping> within(long from, long to) {
        List<Mapping> inside = new ArrayList<>();
        for (Mapping mapping : mappings.tailMap(from, true).values()) {
            if (mapping.end() > to) {
                break;
            }
            inside.add(mapping);
        }
        return inside;
    }

    /** Returns the holes, in the order of their addresses. */
    public Collection<Block> holes() {
        return holes.values();
    }

    /** Returns the hole that an address lies in. */
    public @Nullable Block holeAt(long address) {
        Map.Entry<Long, Block> entry = holes.floorEntry(address);
        Block hole = entry == null ? null : entry.getValue();
        return hole == null || address - hole.address() >= hole.size() ? null : hole;
    }

    /** Returns the hole at the range's end, the top; at least a page is never mapped there. */
    public @Nullable Block lastHole() {
        Map.Entry<Long, Block> entry = holes.lastEntry();
        return entry == null ? null : entry.getValue();
    }

    /** Takes note that memory was in use up to now. */
    void noteUse(long address, long size) {
        usedFrom = Math.min(usedFrom, address);
        usedTo = Math.max(usedTo, address + size);
    }

    /** Returns whether memory of a mapping may have been freed since {@link #forgetUse}. */
    public boolean mayBeUsed(Mapping mapping) {
        return mapping.address() < usedTo && mapping.end() > usedFrom;
    }

    /** Begins anew to note what is used. */
    public void forgetUse() {
        usedFrom = Long.MAX_VALUE;
        usedTo = Long.MIN_VALUE;
    }

    /** Adds a hole. */
    public void addHole(Block hole) {
        holes.put(hole.address(), hole);
    }

    /** Takes a hole out, by its first address. */
    public void removeHole(Block hole) {
        holes.remove(hole.address());
    }

    void add(Mapping mapping) {
        mappings.put(mapping.address(), mapping);
        bytes += mapping.bytes();
    }

    void remove(Mapping mapping) {
        mappings.remove(mapping.address());
        bytes -= mapping.bytes();
    }
}
