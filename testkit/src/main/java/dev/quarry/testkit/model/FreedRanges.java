package dev.quarry.testkit.model;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who freed which addresses of a private pool: only the same stream may have them again. */
final class FreedRanges {
    /** Stands for the host, whose memory any stream may have. */
    static final Object HOST = "the host";

    /** Stands for several streams, or events: nobody may have the memory. */
    static final Object SEVERAL = "several streams";

    private final TreeMap<Long, Range> byStart = new TreeMap<>();

    private record Range(long end, Object owner) {}

    /** Notes what was freed, and in whose order. */
    void freed(long address, long bytes, Object owner) {
        cut(address, address + bytes);
        byStart.put(address, new Range(address + bytes, owner));
    }

    /**
     * Checks who gets memory, and forgets who had freed it.
     *
     * @param most bytes that the block may have
     */
    void allocated(long address, long bytes, long most, @Nullable Object stream) {
        long end = address + bytes;
        for (Map.Entry<Long, Range> entry : byStart.headMap(end).entrySet()) {
            Range range = entry.getValue();
            if (range.end > address && !range.owner.equals(HOST) && !range.owner.equals(stream)) {
                throw new AssertionError(bytes + " bytes at 0x" + Long.toHexString(address) + " go to "
                        + (stream == null ? HOST : stream) + " of a private pool, and were freed by " + range.owner);
            }
        }
        cut(address, address + most);
    }

    private void cut(long from, long to) {
        for (Map.Entry<Long, Range> entry : Map.copyOf(byStart.headMap(to)).entrySet()) {
            long start = entry.getKey();
            Range range = entry.getValue();
            if (range.end > from) {
                byStart.remove(start);
                if (start < from) {
                    byStart.put(start, new Range(from, range.owner));
                }
                if (range.end > to) {
                    byStart.put(to, range);
                }
            }
        }
    }
}
