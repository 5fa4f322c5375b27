package dev.quarry.internal.inspect;

import dev.quarry.MemoryPool;

/** A pool that lets its state be looked at. */
public interface PoolInspector {
    /** Stops the pool's gate, waits until no operation is under way, and takes a picture. */
    PoolLayout inspect();

    /**
     * Takes a picture of a pool's state; of the parent's, for a child pool.
     *
     * @throws IllegalArgumentException if the pool does not let itself be inspected
     */
    static PoolLayout inspect(MemoryPool pool) {
        if (pool instanceof PoolInspector inspector) {
            return inspector.inspect();
        }
        throw new IllegalArgumentException("pool \"" + pool.name() + "\" cannot be inspected");
    }
}
