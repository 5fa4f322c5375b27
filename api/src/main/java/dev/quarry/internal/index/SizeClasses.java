package dev.quarry.internal.index;

/**
 * The arithmetic of sizes: how a request is rounded, and which class a small size has.
 *
 * <p>Up to {@code smallLimit} sizes are rounded to classes, eight per doubling, so that at most 12.5 % is wasted and
 * blocks of one class replace each other; above, to the granule only. Immutable.
 */
public final class SizeClasses {
    /** Requests from here on are refused: rounding and padding must not overflow. */
    public static final long MAX_BYTES = Long.MAX_VALUE >>> 2;

    private static final int STEPS_LOG2 = 3;

    private final int granuleLog2;
    private final long granule;
    private final long smallLimit;

    /**
     * Makes the classes.
     *
     * @param granule smallest block step in bytes, a power of two
     * @param smallLimit largest size in bytes that is rounded to a class
     */
    public SizeClasses(long granule, long smallLimit) {
        if (Long.bitCount(granule) != 1) {
            throw new IllegalArgumentException("granule = " + granule + " (expected: a power of two)");
        }
        this.granule = granule;
        this.granuleLog2 = Long.numberOfTrailingZeros(granule);
        this.smallLimit = smallLimit;
    }

    /** Returns the smallest block step in bytes. */
    public long granule() {
        return granule;
    }

    /** Returns the block size in bytes that serves a request of {@code bytes}, from 1 to {@link #MAX_BYTES}. */
    public long round(long bytes) {
        long granules = (bytes + granule - 1) >>> granuleLog2;
        if (bytes > smallLimit || granules <= 1 << STEPS_LOG2) {
            return granules << granuleLog2;
        }
        int shift = 63 - Long.numberOfLeadingZeros(granules - 1) - STEPS_LOG2;
        return (((granules - 1) >>> shift) + 1) << (shift + granuleLog2);
    }

    /** Returns the number of the class that a rounded small size has, from 0. */
    public int classOf(long size) {
        long last = (size >>> granuleLog2) - 1;
        if (last < 1 << STEPS_LOG2) {
            return (int) last;
        }
        int shift = 63 - Long.numberOfLeadingZeros(last) - STEPS_LOG2;
        return (shift << STEPS_LOG2) + (int) (last >>> shift);
    }

    /** Returns the size in bytes of a class, the inverse of {@link #classOf}. */
    public long sizeOf(int sizeClass) {
        int step = sizeClass >>> STEPS_LOG2;
        if (step <= 1) {
            return (sizeClass + 1L) << granuleLog2;
        }
        int shift = step - 1;
        long leading = sizeClass - ((long) shift << STEPS_LOG2);
        return (leading + 1) << (shift + granuleLog2);
    }
}
