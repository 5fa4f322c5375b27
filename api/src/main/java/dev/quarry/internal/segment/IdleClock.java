package dev.quarry.internal.segment;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Since when a segment is empty. Guarded by the pool's lock.
 *
 * <p>Reading the time costs as much as an allocation. So a segment that keeps becoming empty within moments has its time
 * read now and then only; it counts as empty from the first question after.
 */
public final class IdleClock {
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Quick returns, in a row, after which most are not timed. */
    private static final int QUICK = 8;

    /** Returns that are not timed then. */
    private static final int UNTIMED = 255;

    private long since;
    private int quick;
    private int untimed;
    private boolean known;

    /** Takes note that the segment became empty. */
    public void start(LongSupplier clock) {
        if (untimed > 0) {
            untimed--;
            known = false;
            return;
        }
        long now = clock.getAsLong();
        quick = now - since < MOMENT_NANOS ? quick + 1 : 0;
        untimed = quick > QUICK ? UNTIMED : 0;
        since = now;
        known = true;
    }

    /** Returns the time, in nanoseconds, since which the segment is known to be empty: now, if nothing was noted. */
    public long since(LongSupplier clock) {
        if (!known) {
            since = clock.getAsLong();
            known = true;
            untimed = 0;
        }
        return since;
    }

    /** Takes over what another clock knows. */
    public void set(IdleClock other) {
        since = other.since;
        known = other.known;
    }

    /** Returns a copy. */
    public IdleClock copy() {
        IdleClock copy = new IdleClock();
        copy.set(this);
        return copy;
    }
}
