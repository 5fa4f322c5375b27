package dev.quarry.internal.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/** Checks the values of options against their bounds. */
public final class Bounds {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

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
     * Returns a value above 0, at most 1.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static double positivePart(double value, String what) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " = " + value + " (expected: above 0, at most 1)");
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

    /**
     * Returns a value that is neither too small nor too large.
     *
     * @throws IllegalArgumentException if it is
     */
    public static long within(long least, long most, long value, String what) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " = " + value + " (expected: " + least + " to " + most + ")");
        }
        return value;
    }

    /**
     * Returns a time in whole milliseconds, as many as fit a {@code long} at most.
     *
     * @throws IllegalArgumentException if it is negative, or shorter than a millisecond and not zero
     */
    public static Duration millis(Duration value, String what) {
        if (Objects.requireNonNull(value, what).compareTo(SHORTEST) < 0 && !value.isZero()) {
            throw new IllegalArgumentException(what + " = " + value + " (expected: zero, or at least 1 ms)");
        }
        return value.compareTo(LONGEST) > 0 ? LONGEST : value.truncatedTo(ChronoUnit.MILLIS);
    }
}
