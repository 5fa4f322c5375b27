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
