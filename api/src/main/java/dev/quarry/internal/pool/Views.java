package dev.quarry.internal.pool;

import dev.quarry.ViewSafety;
import dev.quarry.internal.view.View;
import dev.quarry.spi.DeviceDriver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** The host views of a pool's memory. Thread-safe. */
final class Views {
    private final DeviceDriver driver;
    private final View.Source source;

    /** The life of all shared views: closed with the pool, before its memory goes; made when first needed. */
    private volatile @Nullable Arena shared;

    /** The lives of what child pools' allocators handed out. Guarded by this. */
    private final Set<Arena> ofChildren = new HashSet<>();

    /** The lives of the shared views of single allocations, as long as somebody has one. Guarded by this. */
    private final Map<Arena, Boolean> ofOne = new WeakHashMap<>();

    Views(PoolCore core) {
        this.driver = core.device().driver();
        this.source = driver::view;
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

    /**
     * Lets all segments of an arena keep an object reachable.
     *
     * @return a segment of no length at the address, or {@code null} if the plugin cannot do this
     */
    @Nullable
    MemorySegment tie(Arena arena, long address, Object kept) {
        try {
            return driver.view(address, 0, arena, kept);
        } catch (UnsupportedOperationException e) {
            return null;
        }
    }

    /**
     * Opens a life for the shared views of one allocation, which is to be reclaimed when they are lost. Ends with the pool.
     * Whoever has a view must keep the life reachable.
     */
    synchronized Arena openForOne() {
        Arena opened = Arena.ofShared();
        ofOne.put(opened, true);
        return opened;
    }

    /** Opens a life for views that end with a child pool, or with this pool if that is earlier. */
    synchronized Arena openForChild() {
        Arena opened = Arena.ofShared();
        ofChildren.add(opened);
        return opened;
    }

    /**
     * Ends a life that was opened for a child pool, unless it has ended before.
     *
     * @throws IllegalStateException if native code uses one of its views at this moment; it goes on then
     */
    synchronized void end(Arena ofChild) {
        if (ofChildren.contains(ofChild)) {
            ofChild.close();
            ofChildren.remove(ofChild);
        }
    }

    /** Ends the lives of all shared views. */
    synchronized void close() {
        Set.copyOf(ofChildren).forEach(this::end);
        for (Arena one : List.copyOf(ofOne.keySet())) {
            one.close();
            ofOne.remove(one);
        }
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
