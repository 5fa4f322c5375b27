package dev.quarry.tools.replay;

import dev.quarry.MemoryPool;
import dev.quarry.sim.check.InvariantViolation;
import dev.quarry.sim.check.OverlapChecker;
import dev.quarry.sim.check.PoolValidator;
import dev.quarry.tools.io.Progress;
import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * A replay that distrusts the engine: after every operation no two live blocks overlap, blocks keep their contents, and
 * the pool's invariants hold.
 *
 * <p>Validating a pool takes time in proportion to its blocks. Traces of up to 20 000 events are validated after every
 * operation; longer ones after as many, evenly spread, as fit into three quarters of a minute, and at the end.
 */
final class CheckedReplay {
    private static final int ALWAYS = 20_000;
    private static final double BUDGET_NANOS = 45e9;
    /** Ahead of an even spread, because the first validations are slow. */
    private static final double ADVANCE_NANOS = 1e9;

    private final Trace trace;
    private final Engine engine;
    private final @Nullable MemoryPool pool;
    private final @Nullable SimKernels kernels;
    private final boolean patterned;
    private final OverlapChecker overlaps = new OverlapChecker();
    /** By slot: the operation that allocated its block. */
    private final int[] origins;

    private long validations;
    private long validationNanos;

    /**
     * Prepares a replay.
     *
     * @param pool the pool to validate, or {@code null}
     * @param kernels what uses the blocks, or {@code null}
     * @param patterned whether the engine leaves each block with its {@link Pattern}
     */
    CheckedReplay(
            Trace trace, Engine engine, @Nullable MemoryPool pool, @Nullable SimKernels kernels, boolean patterned) {
        this.trace = trace;
        this.engine = engine;
        this.pool = pool;
        this.kernels = kernels;
        this.patterned = patterned;
        this.origins = new int[trace.slots()];
    }

    /**
     * Replays.
     *
     * @throws WorkFailedException if a check fails
     */
    void run(Progress progress) {
        int operations = trace.operations();
        for (int i = 0; i < operations; i++) {
            try {
                if (trace.isAllocation(i)) {
                    allocate(i);
                } else {
                    free(i);
                }
                validate(i);
            } catch (InvariantViolation e) {
                throw new WorkFailedException("check failed after event " + (i + 1L) + ": " + e.getMessage(), e);
            }
            if ((i & 0xff) == 0) {
                progress.phase("checked replay", i, operations);
            }
        }
        if (kernels != null) {
            kernels.finish();
        }
    }

    private void allocate(int operation) {
        engine.allocate(operation);
        int slot = trace.slot(operation);
        if (!engine.isLive(slot)) {
            return;
        }
        origins[slot] = operation;
        long address = engine.address(slot);
        overlaps.allocated(address, trace.bytes(operation));
        if (kernels != null) {
            kernels.allocated(trace.stream(operation), address, trace.bytes(operation));
        }
    }

    private void free(int operation) {
        int slot = trace.slot(operation);
        if (!engine.isLive(slot)) {
            return;
        }
        int origin = origins[slot];
        long address = engine.address(slot);
        if (patterned) {
            checkContents(operation, slot, origin);
        }
        if (kernels != null) {
            kernels.beforeFree(trace.stream(origin), trace.stream(operation), address, trace.bytes(operation));
        }
        overlaps.freed(address);
        engine.free(operation);
    }

    private void checkContents(int operation, int slot, int origin) {
        long offset = Pattern.mismatch(engine.segment(slot), origin);
        if (offset >= 0) {
            throw new WorkFailedException("check failed before event " + (operation + 1L) + ": the block of event "
                    + (origin + 1L) + ", " + trace.bytes(origin) + " bytes at 0x"
                    + Long.toHexString(engine.address(slot)) + ", was overwritten at offset " + offset);
        }
    }

    private void validate(int operation) {
        if (pool == null || !isDue(operation)) {
            return;
        }
        long start = System.nanoTime();
        PoolValidator.validate(pool);
        validationNanos += System.nanoTime() - start;
        validations++;
    }

    private boolean isDue(int operation) {
        int operations = trace.operations();
        return trace.rows() <= ALWAYS
                || operation == operations - 1
                || validationNanos <= ADVANCE_NANOS + BUDGET_NANOS * operation / operations;
    }

    /** Returns how often the pool was validated. */
    long validations() {
        return validations;
    }
}
