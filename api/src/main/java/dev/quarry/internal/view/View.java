package dev.quarry.internal.view;

import dev.quarry.ViewSafety;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A host view that dies with its allocation.
 *
 * @param arena the view's lifetime
 * @param segment the view
 */
public record View(Arena arena, MemorySegment segment) {
    /** What makes a segment of native memory; the plugin's, since the call is restricted. */
    @FunctionalInterface
    public interface Source {
        /** Returns memory as a segment that lives as long as the arena. */
        MemorySegment view(long address, long bytes, Arena arena);
    }

    /** A thread that never runs, and so owns no view. */
    private static final Thread NOBODY = Thread.ofPlatform().unstarted(() -> {});

    /** Makes a view under a protection. */
    public static View open(Source source, ViewSafety safety, long address, long bytes) {
        Arena arena = safety == ViewSafety.CONFINED ? Arena.ofConfined() : Arena.ofShared();
        try {
            MemorySegment segment = source.view(address, bytes, arena);
            return new View(arena, segment);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Returns whether the calling thread may use and close a view. */
    public static boolean isMine(MemorySegment view) {
        return view.isAccessibleBy(Thread.currentThread());
    }

    /** Returns whether only one thread may use and close a view. */
    public static boolean isConfined(MemorySegment view) {
        return !view.isAccessibleBy(NOBODY);
    }

    /** Returns who alone may use and close a confined view, for messages: found by asking for each platform thread. */
    public static String owner(MemorySegment view) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (view.isAccessibleBy(thread)) {
                return "thread \"" + thread.getName() + "\"";
            }
        }
        return "a virtual thread, or one that has ended";
    }
}
