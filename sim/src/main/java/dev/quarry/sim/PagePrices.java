package dev.quarry.sim;

/**
 * What the calls that take memory, map it and give it back cost in the model, in microseconds: each from 0 to a million.
 * Immutable. Reserving addresses costs nothing.
 *
 * @param create creation of a physical handle, whatever its size
 * @param createPerMib creation, in addition for each MiB
 * @param release release of a physical handle
 * @param map mapping of a handle
 * @param setAccess one call, whatever it covers
 * @param unmap end of a mapping
 * @param allocate memory without mapping, whatever its size
 * @param free the end of that
 */
public record PagePrices(
        long create, long createPerMib, long release, long map, long setAccess, long unmap, long allocate, long free) {
    private static final PagePrices DEFAULTS = new PagePrices(60, 1, 40, 5, 10, 5, 100, 100);
    private static final long MOST = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int MIB_BITS = 20;

    /** Checks the range of each price. */
    public PagePrices {
        for (long price : new long[] {create, createPerMib, release, map, setAccess, unmap, allocate, free}) {
            if (price < 0 || price > MOST) {
                throw new IllegalArgumentException("price = " + price + " (expected: 0 to " + MOST + ")");
            }
        }
    }

    /** Returns the defaults: 60 and 1 for each MiB, 40, 5, 10, 5; 100 and 100 without mapping. */
    public static PagePrices defaults() {
        return DEFAULTS;
    }

    /** Returns what one call costs, in nanoseconds. */
    long nanos(SimFunction function, long bytes) {
        return switch (function) {
            case CREATE -> create * NANOS_PER_MICRO + perMib(bytes);
            case RELEASE -> release * NANOS_PER_MICRO;
            case MAP -> map * NANOS_PER_MICRO;
            case SET_ACCESS -> setAccess * NANOS_PER_MICRO;
            case UNMAP -> unmap * NANOS_PER_MICRO;
            case ALLOCATE -> allocate * NANOS_PER_MICRO;
            case FREE -> free * NANOS_PER_MICRO;
            default -> 0;
        };
    }

    /** Returns the price of a size in nanoseconds, in two steps, because the product of all would overflow. */
    private long perMib(long bytes) {
        long nanos = createPerMib * NANOS_PER_MICRO;
        return (bytes >> MIB_BITS) * nanos + (((bytes & ((1 << MIB_BITS) - 1)) * nanos) >> MIB_BITS);
    }
}
