package dev.quarry.internal.pool;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The allocators of a pool and of its children whose memory lives until the pool closes. Kept here, so that a child's is
 * not lost with the last reference to the child. Thread-safe.
 */
final class Lasting {
    private final Set<PoolArena> arenas = new HashSet<>();
    private boolean ended;

    /** Keeps an allocator; returns whether it may be used, which it may not after the pool's close. */
    synchronized boolean add(PoolArena arena) {
        return !ended && arenas.add(arena);
    }

    /** Forgets an allocator that its own pool has ended. */
    synchronized void remove(PoolArena arena) {
        arenas.remove(arena);
    }

    /** Ends all: the pool closes. */
    void end() {
        takeAll().forEach(PoolArena::end);
    }

    private synchronized List<PoolArena> takeAll() {
        ended = true;
        List<PoolArena> all = new ArrayList<>(arenas);
        arenas.clear();
        return all;
    }
}
