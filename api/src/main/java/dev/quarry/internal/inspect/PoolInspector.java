package dev.quarry.internal.inspect;

import dev.quarry.Allocation;
import dev.quarry.MemoryPool;

/** A pool that lets its state be looked at. */
public interface PoolInspector {
    /** Stops the pool's gate, waits until no operation is under way, and takes a picture. */
    PoolLayout inspect();

    /**
     * Lets the pool believe that the garbage collector has taken an allocation's handle, for tests that cannot wait for one.
     * The caller uses the handle no more.
     *
     * @return whether the handle is watched and its memory comes back when it is lost; nothing is done otherwise
     */
    boolean lose(Allocation allocation);

    /**
     * Takes a picture of a pool's state; of the parent's, for a child pool.
     *
     * @throws IllegalArgumentException if the pool does not let itself be inspected
     */
    static PoolLayout inspect(MemoryPool pool) {
        return of(pool).inspect();
    }

    /**
     * As {@link #lose(Allocation)}.
     *
     * @throws IllegalArgumentException as above
     */
    static boolean lose(MemoryPool pool, Allocation allocation) {
        return of(pool).lose(allocation);
    }

    private static PoolInspector of(MemoryPool pool) {
        if (pool instanceof PoolInspector inspector) {
            return inspector;
        }
        throw new IllegalArgumentException("pool \"" + pool.name() + "\" cannot be inspected");
    }
}
