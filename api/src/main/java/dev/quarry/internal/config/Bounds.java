package dev.quarry.internal.config;

/** Checks the values of options against their bounds. */
public final class Bounds {
    private Bounds() {}

    /**
     * Returns a value between 0 and 1.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static double part(double value, String what) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " = " + value + " (expected: 0 to 1)");
        }
        return value;
    }

    /**
     * Returns a value that is not too small.
     *
     * @throws IllegalArgumentException if it is
     */
    public static long atLeast(long least, long value, String what) {
        if (value < least) {
            throw new IllegalArgumentException(what + " = " + value + " (expected: at least " + least + ")");
        }
        return value;
    }
}
