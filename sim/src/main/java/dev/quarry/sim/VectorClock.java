package dev.quarry.sim;

import java.util.Arrays;

/**
 * How far an actor knows each actor to have come: one tick count per slot.
 *
 * <p>C. Fidge, "Timestamps in Message-Passing Systems", 1988; F. Mattern, "Virtual Time and Global States", 1989.
 */
final class VectorClock {
    private long[] ticks;
    private long version;

    VectorClock() {
        this(new long[4]);
    }

    private VectorClock(long[] ticks) {
        this.ticks = ticks;
    }

    /** Returns how far a slot is known to have come; 0 for nothing. */
    long get(int slot) {
        return slot < ticks.length ? ticks[slot] : 0;
    }

    /** Returns a number that changes whenever this clock does. */
    long version() {
        return version;
    }

    /** Sets one slot. */
    void set(int slot, long tick) {
        grow(slot + 1);
        ticks[slot] = tick;
        version++;
    }

    /** Learns all that another clock knows. */
    void join(VectorClock other) {
        grow(other.ticks.length);
        for (int slot = 0; slot < other.ticks.length; slot++) {
            if (other.ticks[slot] > ticks[slot]) {
                ticks[slot] = other.ticks[slot];
                version++;
            }
        }
    }

    /** Returns a copy that stays as this is now. */
    VectorClock copy() {
        return new VectorClock(ticks.clone());
    }

    private void grow(int slots) {
        if (slots > ticks.length) {
            ticks = Arrays.copyOf(ticks, Integer.highestOneBit(slots - 1) << 1);
        }
    }
}
