package dev.quarry.sim.check;

import dev.quarry.MemoryPool;
import dev.quarry.internal.inspect.PoolInspector;
import dev.quarry.internal.inspect.PoolLayout;

/**
 * The validator of the allocator's invariants, which recomputes them from a picture of a pool and shares no code with it.
 *
 * <p>Checked, in this order, are those that a picture shows:
 *
 * <ul>
 *   <li>I1: blocks tile their segment in whole granules; segments do not overlap; a dedicated one holds one block.
 *   <li>I1 and I5 for ranges: exactly what lies under blocks with memory is mapped, each handle once; holes are merged.
 *   <li>I6: no two blocks have one id, a block in use is as large as what its holder asked for, deferred blocks are in use.
 *   <li>I2: no two free neighbours have the same owner.
 *   <li>I3: a free block is in exactly one place, the one that its state and owner name; bins hold blocks of their sizes, by
 *       size, then address.
 *   <li>I4: a bin's bitmap bit is set if and only if the bin is not empty.
 *   <li>I5: all counters equal a recount.
 * </ul>
 *
 * <p>I7 and I8 speak of work on streams: the simulated device counts breaches of them as
 * {@linkplain dev.quarry.sim.SimDriver#hazards() hazards}. Thread-safe.
 */
public final class PoolValidator {
    private PoolValidator() {}

    /**
     * Stops a pool, and checks it.
     *
     * @throws InvariantViolation if an invariant does not hold
     * @throws IllegalArgumentException if the pool cannot be inspected
     */
    public static void validate(MemoryPool pool) {
        check(PoolInspector.inspect(pool));
    }

    /**
     * Checks a picture of a pool.
     *
     * @throws InvariantViolation if an invariant does not hold
     */
    @SuppressWarnings("exports") // the layout's package is exported to those who have a layout
    public static void check(PoolLayout layout) {
        Blocks blocks = Tiling.check(layout);
        Mappings.check(layout);
        Places.check(layout, blocks);
        Accounts.check(layout, blocks);
    }
}
