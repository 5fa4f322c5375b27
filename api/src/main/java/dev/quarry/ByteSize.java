package dev.quarry;

import java.util.Locale;

/**
 * Sizes in bytes as people write them.
 *
 * <p>Units are powers of 1024, whether written {@code k}, {@code kB} or {@code KiB} (as Spring's {@code DataSize} does).
 */
public final class ByteSize {
    private static final String UNITS = "KMGTPE";

    private ByteSize() {}

    /**
     * Returns {@code n} KiB in bytes.
     *
     * @throws ArithmeticException if the result does not fit a {@code long}
     */
    public static long kib(long n) {
        return Math.multiplyExact(n, 1L << 10);
    }

    /**
     * Returns {@code n} MiB in bytes.
     *
     * @throws ArithmeticException if the result does not fit a {@code long}
     */
    public static long mib(long n) {
        return Math.multiplyExact(n, 1L << 20);
    }

    /**
     * Returns {@code n} GiB in bytes.
     *
     * @throws ArithmeticException if the result does not fit a {@code long}
     */
    public static long gib(long n) {
        return Math.multiplyExact(n, 1L << 30);
    }

    /**
     * Reads a size such as {@code 4096}, {@code 64k}, {@code 64KiB}, {@code 2GB} or {@code 1.5 GiB}.
     *
     * @return the size in bytes, zero or more, rounded to whole ones
     * @throws IllegalArgumentException if the text is no size, is negative or a fraction of a byte, or does not fit a
     *     {@code long}
     */
    public static long parse(String text) {
        String trimmed = text.strip();
        int end = 0;
        while (end < trimmed.length() && (Character.isDigit(trimmed.charAt(end)) || trimmed.charAt(end) == '.')) {
            end++;
        }
        long unit = unit(trimmed.substring(end).strip(), text);
        String number = trimmed.substring(0, end);
        try {
            if (number.indexOf('.') < 0) {
                return Math.multiplyExact(Long.parseLong(number), unit);
            }
            double bytes = Double.parseDouble(number) * unit;
            if (bytes != Math.rint(bytes) && (unit == 1 || bytes < 1)) {
                throw new IllegalArgumentException("not a size: \"" + text + "\" (a fraction of a byte)");
            }
            if (bytes < 0x1p63) {
                return Math.round(bytes);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw notASize(text, e);
        }
        throw notASize(text, null);
    }

    /** Returns a short text for people, such as {@code 1.50 GiB}; exact below 1 KiB. */
    public static String format(long bytes) {
        if (bytes < 0) {
            return bytes == Long.MIN_VALUE ? "-8.00 EiB" : "-" + format(-bytes);
        }
        if (bytes < 1024) {
            return bytes + " B";
        }
        int exponent = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        if (exponent < UNITS.length() && bytes / Math.pow(1024, exponent) >= 1023.995) {
            exponent++; // rounding to two digits would show 1024.00
        }
        return String.format(Locale.ROOT, "%.2f %ciB", bytes / Math.pow(1024, exponent), UNITS.charAt(exponent - 1));
    }

    private static long unit(String suffix, String text) {
        if (suffix.isEmpty() || suffix.equalsIgnoreCase("b")) {
            return 1;
        }
        int exponent = UNITS.indexOf(Character.toUpperCase(suffix.charAt(0))) + 1;
        String rest = suffix.substring(1);
        if (exponent == 0 || !(rest.isEmpty() || rest.equalsIgnoreCase("b") || rest.equalsIgnoreCase("ib"))) {
            throw notASize(text, null);
        }
        return 1L << (10 * exponent);
    }

    private static IllegalArgumentException notASize(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new IllegalArgumentException(
                "not a size: \"" + text + "\" (expected a number with an optional unit, such as 4096, 64KiB, 2GB)",
                cause);
    }
}
