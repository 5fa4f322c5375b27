package dev.quarry.internal.pool;

/**
 * How far an attempt to allocate goes, and what its failure is.
 *
 * @param climbs whether it goes up the ladder; else it takes what cache or index have, asks no driver and waits for nothing
 * @param callsHandler whether the user's handler may be asked
 * @param isThrowing whether it fails by an exception; else by returning nothing
 * @param stallNanos the longest wait of the host for the device, beside the option's time
 */
record Effort(boolean climbs, boolean callsHandler, boolean isThrowing, long stallNanos) {
    static final Effort AT_ONCE = new Effort(false, false, false, 0);
    static final Effort LADDER = new Effort(true, false, false, Long.MAX_VALUE);
    static final Effort HANDLER = new Effort(true, true, false, Long.MAX_VALUE);
    static final Effort OR_THROW = new Effort(true, true, true, Long.MAX_VALUE);

    /** For the report after a time that is over: does not wait, and asks nobody. */
    static final Effort LAST = new Effort(true, false, true, 0);

    /** Returns the same with shorter waits. */
    Effort within(long nanos) {
        return new Effort(climbs, callsHandler, isThrowing, Math.clamp(nanos, 0, stallNanos));
    }
}
