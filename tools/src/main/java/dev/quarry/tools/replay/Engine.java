package dev.quarry.tools.replay;

import dev.quarry.tools.io.WorkFailedException;
import dev.quarry.trace.Trace;
import java.lang.foreign.MemorySegment;

/**
 * One way to serve the operations of a trace, by one thread.
 *
 * <p>Each subclass has a {@link #replay()} loop of its own, with calls that the compiler can bind, and makes no garbage but
 * what serving makes: operations of 30 ns are measured with it. Not thread-safe.
 */
abstract class Engine implements AutoCloseable {
    final Trace trace;
    private final boolean allowOom;
    private long failures;

    Engine(Trace trace, boolean allowOom) {
        this.trace = trace;
        this.allowOom = allowOom;
    }

    /** Serves all operations. Nothing is live before and after. */
    abstract void replay();

    /** Serves one allocation; if it fails and that is allowed, its slot stays empty. */
    abstract void allocate(int operation);

    /** Serves one free; does nothing if the slot is empty. */
    abstract void free(int operation);

    /** Returns whether a slot holds a block. */
    abstract boolean isLive(int slot);

    /** Returns the address of a slot's block. */
    abstract long address(int slot);

    /** Returns the memory of a slot's block, where the host can touch it. */
    abstract MemorySegment segment(int slot);

    /**
     * Takes new arrays for handles while nothing is live: the collector charges a store into an array that has become old,
     * which is no cost of the engine.
     */
    abstract void renew();

    /** Frees what is still live. */
    @Override
    public abstract void close();

    /** Counts a failed allocation, or ends the replay. */
    final void failed(int operation, Throwable cause) {
        if (!allowOom) {
            throw new WorkFailedException(
                    "out of memory at event " + (operation + 1L) + ": " + cause.getMessage(), cause);
        }
        failures++;
    }

    /** Returns how many allocations have failed. */
    final long failures() {
        return failures;
    }
}
