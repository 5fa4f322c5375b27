package dev.quarry.sim;

/**
 * One use of memory by a stream or by the host.
 *
 * @param actor who, as text
 * @param slot whose slot of the vector clocks
 * @param tick the actor's tick count at this access
 * @param operation what did it, such as {@code copy}
 * @param write whether it writes
 * @param address first byte
 * @param bytes how many
 */
record Access(String actor, int slot, long tick, String operation, boolean write, long address, long bytes) {
    /** Returns the first byte after it. */
    long end() {
        return address + bytes;
    }

    /** Returns whether everything that a clock knows is after this access. */
    boolean isBefore(VectorClock clock) {
        return clock.get(slot) >= tick;
    }

    @Override
    public String toString() {
        return operation + " on " + actor + ", access " + tick + " there, " + (write ? "writing " : "reading ") + bytes
                + " bytes at " + CallGate.hex(address);
    }
}
