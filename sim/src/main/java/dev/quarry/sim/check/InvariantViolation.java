package dev.quarry.sim.check;

import dev.quarry.QuarryException;
import java.io.Serial;

/**
 * An invariant of the allocator that does not hold.
 *
 * <p>The message begins with the invariant's number, such as {@code I2:}, and names pool, segment, block and values.
 */
public final class InvariantViolation extends QuarryException {
    @Serial
    private static final long serialVersionUID = 1;

    private final int invariant;

    /**
     * Makes one.
     *
     * @param invariant the number, 1 to 8
     * @param detail what does not hold
     */
    public InvariantViolation(int invariant, String detail) {
        super("I" + invariant + ": " + detail);
        this.invariant = invariant;
    }

    /** Returns the invariant's number, 1 to 8. */
    public int invariant() {
        return invariant;
    }
}
