package dev.quarry.sim;

import dev.quarry.MemoryKind;
import dev.quarry.spi.SegmentRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * Hands out addresses as unkindly as a driver may. Each device has a window of addresses of its own, far above those that a
 * process has. A freed slot is used again by the next request that fits, the last one freed first, so that a mistaken
 * identity of addresses shows. Fresh slots are aligned to what was asked and to no more, and a gap separates them, so that
 * neither luck with alignment nor two segments that happen to touch hides a mistake.
 */
/** The addresses of one simulated device: the live ranges, and the slots that were freed. Guarded by the driver's lock. */
final class AddressSpace {
    /** The most devices of one provider. */
    static final int MOST_DEVICES = 64;
    /** The most memory of one device, in bytes. */
    static final long MOST_BYTES = 1L << 50;
    /** The lowest address of any device. */
    static final long FIRST = 1L << 52;

    private static final long GUARD = 1L << 16;

    private final NavigableMap<Long, Range> live = new TreeMap<>();
    private final NavigableMap<Long, Deque<Long>> freed = new TreeMap<>();
    private final long first;
    private final long limit;
    private long fresh;

    AddressSpace(int ordinal) {
        first = FIRST * (ordinal + 1);
        limit = first + FIRST;
        fresh = first;
    }

    /**
     * A live range: memory, or addresses that are reserved for it.
     *
     * @param address its first byte
     * @param bytes its size
     * @param slotBytes the size of its slot, at least {@code bytes}
     * @param kind its kind
     * @param reserved whether it is addresses alone
     */
    record Range(long address, long bytes, long slotBytes, MemoryKind kind, boolean reserved) {}

    /** Takes a range with memory, or returns 0 if the window is used up. */
    long allocate(SegmentRequest request) {
        return take(request, false);
    }

    /** Takes a range of addresses alone, or returns 0 if the window is used up. */
    long reserve(SegmentRequest request) {
        return take(request, true);
    }

    private long take(SegmentRequest request, boolean reserved) {
        Range range = reuse(request, reserved);
        if (range == null) {
            long step = request.alignment();
            long address = (fresh / (2 * step) + 1) * (2 * step) + step;
            if (request.bytes() > limit - GUARD - address) {
                return 0;
            }
            range = new Range(address, request.bytes(), request.bytes(), request.kind(), reserved);
            fresh = address + request.bytes() + GUARD;
        }
        live.put(range.address, range);
        return range.address;
    }

    /**
     * Gives a range with memory back.
     *
     * @throws IllegalStateException if it is not live as given
     */
    void free(MemoryKind kind, long address, long bytes) {
        Range range = live.get(address);
        if (range == null || range.reserved || range.bytes != bytes || !range.kind.equals(kind)) {
            throw new IllegalStateException("free(" + kind + ", " + CallGate.hex(address) + ", " + bytes + "): "
                    + (range == null || range.reserved
                            ? "nothing is allocated there"
                            : "allocated were " + range.bytes + " of " + range.kind));
        }
        giveBack(range);
    }

    /** Gives a live range back, of either sort. */
    void giveBack(Range range) {
        live.remove(range.address);
        freed.computeIfAbsent(range.slotBytes, size -> new ArrayDeque<>()).push(range.address);
    }

    /** Returns the live range that holds all of {@code [address, address + bytes)}, or {@code null}. */
    @Nullable
    Range find(long address, long bytes) {
        Map.Entry<Long, Range> entry = live.floorEntry(address);
        if (entry == null || address - entry.getKey() > entry.getValue().bytes - bytes) {
            return null;
        }
        return entry.getValue();
    }

    /** Returns whether an address can be one of the process or of another device. */
    boolean isForeign(long address) {
        return address >= 4096 && (address < first || address >= limit);
    }

    int liveRanges() {
        return live.size();
    }

    void clear() {
        live.clear();
        freed.clear();
    }

    /** Takes the smallest freed slot that fits, the last one freed among equals. */
    private @Nullable Range reuse(SegmentRequest request, boolean reserved) {
        for (Map.Entry<Long, Deque<Long>> slots :
                freed.tailMap(request.bytes(), true).entrySet()) {
            long slotBytes = slots.getKey();
            for (Iterator<Long> each = slots.getValue().iterator(); each.hasNext(); ) {
                long address = each.next();
                if (address % request.alignment() == 0) {
                    each.remove();
                    if (slots.getValue().isEmpty()) {
                        freed.remove(slotBytes);
                    }
                    return new Range(address, request.bytes(), slotBytes, request.kind(), reserved);
                }
            }
        }
        return null;
    }
}
