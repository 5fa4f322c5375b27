package dev.quarry.internal.view;

import dev.quarry.ViewSafety;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A host view that dies with its allocation.
 *
 * @param arena the view's lifetime
 * @param segment the view
 * @param thread who alone may use and close it, or {@code null} for anybody
 */
public record View(
        Arena arena, MemorySegment segment, @Nullable Thread thread) {
    /** What makes a segment of native memory; the plugin's, since the call is restricted. */
    @FunctionalInterface
    public interface Source {
        /** Returns memory as a segment that lives as long as the arena. */
        MemorySegment view(long address, long bytes, Arena arena);
    }

    /** Makes a view under a protection. */
    public static View open(Source source, ViewSafety safety, long address, long bytes) {
        Arena arena = safety == ViewSafety.CONFINED ? Arena.ofConfined() : Arena.ofShared();
        try {
            MemorySegment segment = source.view(address, bytes, arena);
            return new View(arena, segment, safety == ViewSafety.CONFINED ? Thread.currentThread() : null);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Returns whether the calling thread may use and close this view. */
    public boolean isClosableByCaller() {
        return thread == null || thread.equals(Thread.currentThread());
    }

    /** Returns who may use and close this view, for messages. */
    public String owner() {
        return thread == null ? "" : "thread \"" + thread.getName() + "\"";
    }

    /** Ends the view's life; throws if native code is using it. */
    public void close() {
        arena.close();
    }
}
