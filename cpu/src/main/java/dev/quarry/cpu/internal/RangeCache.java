package dev.quarry.cpu.internal;

import java.util.Comparator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Ranges of addresses that are mapped and free: exact best fit, split when taken, merged with their neighbours when put.
 *
 * <p>Best fit with merging keeps the address space of many allocate and free cycles near that of the most that was held
 * at once. Not thread-safe.
 */
final class RangeCache {
    /** Invariant: the two hold the same ranges, and no two ranges overlap or touch. */
    private final TreeMap<Long, Range> byAddress = new TreeMap<>();

    private final TreeSet<Range> bySize =
            new TreeSet<>(Comparator.comparingLong(Range::bytes).thenComparingLong(Range::address));

    private record Range(long address, long bytes) {
        long end() {
            return address + bytes;
        }
    }

    /**
     * Takes the front of the smallest range that fits, lowest address among equals.
     *
     * @param alignment a power of two
     * @return an address that is a multiple of the alignment, or nothing if no range fits
     */
    OptionalLong take(long bytes, long alignment) {
        for (Range range : bySize.tailSet(new Range(0, bytes), true)) {
            long address = alignUp(range.address, alignment);
            if (range.end() - address >= bytes) {
                remove(range);
                insert(range.address, address - range.address);
                insert(address + bytes, range.end() - address - bytes);
                return OptionalLong.of(address);
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Adds a range; does nothing for an empty one.
     *
     * @throws IllegalStateException if part of it is here already
     */
    void put(long address, long bytes) {
        if (bytes == 0) {
            return;
        }
        long start = address;
        long end = address + bytes;
        Map.Entry<Long, Range> before = byAddress.floorEntry(address);
        Map.Entry<Long, Range> after = byAddress.higherEntry(address);
        if ((before != null && before.getValue().end() > start) || (after != null && after.getValue().address < end)) {
            throw new IllegalStateException("range 0x" + Long.toHexString(address) + ", " + bytes + " is free already");
        }
        if (before != null && before.getValue().end() == start) {
            remove(before.getValue());
            start = before.getValue().address;
        }
        if (after != null && after.getValue().address == end) {
            remove(after.getValue());
            end = after.getValue().end();
        }
        insert(start, end - start);
    }

    /** Returns the least multiple of a power of two that is not below a value. */
    static long alignUp(long value, long alignment) {
        return (value + alignment - 1) & -alignment;
    }

    private void insert(long address, long bytes) {
        if (bytes > 0) {
            Range range = new Range(address, bytes);
            byAddress.put(address, range);
            bySize.add(range);
        }
    }

    private void remove(Range range) {
        byAddress.remove(range.address);
        bySize.remove(range);
    }
}
