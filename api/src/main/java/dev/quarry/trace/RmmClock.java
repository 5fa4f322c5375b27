package dev.quarry.trace;

/**
 * The time column of an RMM log as nanoseconds since the first row.
 *
 * <p>Written as {@code H:M:S.fraction}, {@code H:M:S:fraction} (old versions) or {@code seconds.fraction}. A time of day
 * that falls back by more than half a day has passed midnight.
 */
final class RmmClock {
    private static final long NANOS = 1_000_000_000;
    private static final long DAY = 86_400 * NANOS;
    private static final long MOST_SECONDS = Long.MAX_VALUE / NANOS - 1;

    private final long[] parts = new long[4];
    private long first = -1;
    private long last;
    private long days;

    /** Reads a field; never returns less than 0. */
    long nanos(LineReader lines, int field) {
        long read = parse(lines, field);
        if (read < 0) {
            throw lines.unexpected(field, "Time", "HH:MM:SS.ffffff or seconds.ffffff");
        }
        if (first < 0) {
            first = read;
        } else if (read < last - DAY / 2) {
            days += DAY;
        }
        last = read;
        return Math.max(0, read + days - first);
    }

    private long parse(LineReader lines, int field) {
        int length = lines.length(field);
        int part = 0;
        int digits = 0;
        boolean dotted = false;
        parts[0] = 0;
        for (int i = 0; i < length; i++) {
            byte c = lines.at(field, i);
            if (c == ':' || c == '.') {
                if (digits == 0 || dotted || ++part == parts.length) {
                    return -1;
                }
                dotted = c == '.';
                parts[part] = 0;
                digits = 0;
            } else if (c < '0' || c > '9' || ++digits > 10) {
                return -1;
            } else {
                parts[part] = parts[part] * 10 + (c - '0');
            }
        }
        boolean complete = part == 3 || (part == 1 && dotted);
        return complete && digits > 0 && digits <= 9 ? total(part, digits) : -1;
    }

    private long total(int part, int digits) {
        long fraction = parts[part];
        for (int i = digits; i < 9; i++) {
            fraction *= 10;
        }
        long seconds = part == 1 ? parts[0] : (parts[0] * 60 + parts[1]) * 60 + parts[2];
        return seconds > MOST_SECONDS ? -1 : seconds * NANOS + fraction;
    }
}
