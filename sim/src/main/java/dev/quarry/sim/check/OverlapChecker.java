package dev.quarry.sim.check;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A check that live allocations never overlap, which knows nothing of the pool that made them.
 *
 * <p>Thread-safe. With several threads, {@link #freed} is told before the allocation is closed and {@link #allocated} after
 * it was made: else another thread may hold the same bytes rightly.
 */
public final class OverlapChecker {
    private final NavigableMap<Long, Long> live = new TreeMap<>();
    private long liveBytes;

    /** Makes a checker that knows of no allocation. */
    public OverlapChecker() {}

    /**
     * Notes an allocation.
     *
     * @param address its first byte
     * @param bytes its size, positive
     * @throws InvariantViolation of I6, if it overlaps one that is live
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    public synchronized void allocated(long address, long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("bytes = " + bytes + " (expected: positive)");
        }
        Map.Entry<Long, Long> before = live.floorEntry(address);
        if (before != null && address - before.getKey() < before.getValue()) {
            throw overlap(address, bytes, before);
        }
        Map.Entry<Long, Long> after = live.higherEntry(address);
        if (after != null && after.getKey() - address < bytes) {
            throw overlap(address, bytes, after);
        }
        live.put(address, bytes);
        liveBytes += bytes;
    }

    /**
     * Notes that an allocation is freed.
     *
     * @param address its first byte
     * @throws InvariantViolation of I6, if none that is live begins there
     */
    public synchronized void freed(long address) {
        Long bytes = live.remove(address);
        if (bytes == null) {
            throw new InvariantViolation(6, "no live allocation begins at " + Blocks.hex(address));
        }
        liveBytes -= bytes;
    }

    /** Returns the number of live allocations. */
    public synchronized int liveCount() {
        return live.size();
    }

    /** Returns the bytes of all live allocations. */
    public synchronized long liveBytes() {
        return liveBytes;
    }

    private static InvariantViolation overlap(long address, long bytes, Map.Entry<Long, Long> other) {
        return new InvariantViolation(
                6,
                "allocation of " + bytes + " bytes at " + Blocks.hex(address) + " overlaps the live one of "
                        + other.getValue() + " at " + Blocks.hex(other.getKey()));
    }
}
