package dev.quarry.internal.segment;

/**
 * How large the next segment is, on a device without virtual memory.
 *
 * <p>Requests that are small have segments of the smallest size. Larger ones share segments that grow with the pool, less
 * what is free already; from {@code leastBytes} on a request gets a segment of its own size, unless the pool is fragmented.
 * Shared segments are rounded up to a multiple of the request, so that a row of equal requests fills them. Where there is
 * no room for the smallest of these, a segment is a {@linkplain #part part} of one: all that is left.
 *
 * @param segmentBytes smallest segment, and the step to which sizes are rounded
 * @param granule step to which parts of a segment are rounded
 * @param factor part of the reserved bytes by which a pool grows
 * @param leastBytes smallest shared segment for requests that are not small
 * @param mostBytes largest shared segment, beyond what the request itself needs
 */
public record GrowthPolicy(long segmentBytes, long granule, double factor, long leastBytes, long mostBytes) {
    /*
     * The form and the constants come from replaying allocation traces against simulated segments. Segments of exactly the
     * request's size give the least waste while sizes repeat, and strand memory once they vary; large shared segments do
     * the opposite. "Fragmented" tells the two apart: a third of what is reserved is free and still nothing fits. Giving
     * segments back early would help more, and is not done: it needs memory that no queued work can touch, and hosts run
     * far ahead of their devices. docs/decisions.md has the figures.
     */
    private static final int FRAGMENTED_PART = 3;

    /** Requests from here on get their own size even where the pool is fragmented. */
    private static final long HUGE_BYTES = 512L << 20;

    /** Returns the smallest segment that serves a request, in bytes. */
    public long least(long size) {
        return roundUp(size);
    }

    /**
     * Returns the size of the segment to ask for first.
     *
     * @param size block size of the request
     * @param small whether the segment is for small requests
     * @param reserved bytes of the segments of this sort
     * @param free how many of them are free
     */
    public long next(long size, boolean small, long reserved, long free) {
        if (small) {
            return multiple(segmentBytes, size);
        }
        long share = (long) (reserved * factor);
        if (free > reserved / FRAGMENTED_PART && size < HUGE_BYTES) {
            return Math.max(least(size), roundUp(between(share)));
        }
        return size >= leastBytes ? least(size) : multiple(between(share - free), size);
    }

    /**
     * Returns the size to ask for where there is no room for the {@linkplain #least least} segment.
     *
     * @param size block size of the request
     * @param room bytes that could be taken, as far as is known; negative where a limit was lowered
     * @return all of the room, in whole granules; 0 if the least segment fits, or the request does not
     */
    public long part(long size, long room) {
        long part = room / granule * granule;
        return part < size || room >= least(size) ? 0 : part;
    }

    /**
     * Returns the size to ask for after a size was refused: half of it, and at last the need alone.
     *
     * @param need {@link #least} of the request; its own size where parts are asked for
     * @return 0 when there is nothing smaller to ask for
     */
    public long smaller(long need, long refused) {
        if (refused <= need) {
            return 0;
        }
        long half = refused / 2;
        return Math.max(need, refused > segmentBytes ? roundUp(half) : half / granule * granule);
    }

    private long between(long bytes) {
        return Math.max(leastBytes, Math.min(bytes, mostBytes));
    }

    private long multiple(long target, long size) {
        return roundUp((target + size - 1) / size * size);
    }

    private long roundUp(long bytes) {
        return (bytes + segmentBytes - 1) / segmentBytes * segmentBytes;
    }
}
