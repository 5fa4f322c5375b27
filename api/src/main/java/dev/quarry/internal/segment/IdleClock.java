package dev.quarry.internal.segment;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells since when segments are empty. Guarded by the pool's lock.
 *
 * <p>Reading the time costs as much as an allocation. So while segments become empty in quick succession, most of them are
 * not timed, however late the last of those is; such a one counts as empty from the first question after. Who is about to
 * ask later has the next ones timed again.
 */
public final class IdleClock {
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Segments that became empty within a moment of each other, in a row, after which some are not timed. */
    private static final int QUICK = 8;

    /** Segments that are not timed then. */
    private static final int UNTIMED = 248;

    private final LongSupplier clock;
    private long last;
    private int quick;
    private int untimed;

    /** Makes a clock over a source of nanoseconds. */
    public IdleClock(LongSupplier clock) {
        this.clock = clock;
        this.last = clock.getAsLong() - MOMENT_NANOS;
    }

    /** Takes note that a segment became empty. */
    void start(Segment segment) {
        if (untimed > 0) {
            untimed--;
            segment.setEmptySince(0, false);
            return;
        }
        long now = clock.getAsLong();
        quick = now - last < MOMENT_NANOS ? quick + 1 : 0;
        last = now;
        if (quick == QUICK) {
            quick = 0;
            untimed = UNTIMED;
        }
        segment.setEmptySince(now, true);
    }

    /** Times what becomes empty from now on, until that happens in quick succession again. */
    public void attend() {
        untimed = 0;
        quick = 0;
    }

    /** Returns the time, in nanoseconds, since which an empty segment is known to be empty. */
    public long since(Segment segment) {
        if (!segment.isTimed()) {
            segment.setEmptySince(clock.getAsLong(), true);
        }
        return segment.emptySince();
    }
}
