package dev.quarry.internal.pool;

import dev.quarry.ViewSafety;
import dev.quarry.internal.view.View;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The host views of a pool's memory. Thread-safe. */
final class Views {
    private final View.Source source;

    /** The life of all shared views: closed with the pool, before its memory goes; made when first needed. */
    private volatile @Nullable Arena shared;

    Views(PoolCore core) {
        this.source = core.device().driver()::view;
    }

    /** Makes a view that dies with its allocation. */
    View own(ViewSafety safety, long address, long bytes) {
        return View.open(source, safety, address, bytes);
    }

    /** Makes a view that lives as long as the pool. */
    MemorySegment shared(long address, long bytes) {
        return source.view(address, bytes, sharedArena());
    }

    /** Makes a view under an arena of the caller's. */
    MemorySegment under(Arena arena, long address, long bytes) {
        return source.view(address, bytes, arena);
    }

    /** Ends the life of all shared views. */
    synchronized void close() {
        Arena present = shared;
        if (present != null) {
            present.close();
            shared = null;
        }
    }

    /** Returns the arena of all shared views. */
    Arena sharedArena() {
        Arena present = shared;
        return present != null ? present : openShared();
    }

    private synchronized Arena openShared() {
        Arena present = shared;
        if (present == null) {
            present = Arena.ofShared();
            shared = present;
        }
        return present;
    }
}
