package dev.quarry.tools.replay;

import dev.quarry.trace.Trace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The engine that opens one confined arena of the JDK for every block. Arenas clear their memory. */
final class ArenaEngine extends Engine {
    private final boolean touch;
    private @Nullable Arena[] arenas;
    private @Nullable MemorySegment[] segments;

    ArenaEngine(Trace trace, ReplaySettings settings) {
        super(trace, settings.allowOom());
        this.touch = settings.touch();
        this.arenas = new Arena[trace.slots()];
        this.segments = new MemorySegment[trace.slots()];
    }

    @Override
    void replay() {
        int operations = trace.operations();
        for (int i = 0; i < operations; i++) {
            if (trace.isAllocation(i)) {
                allocate(i);
            } else {
                free(i);
            }
        }
    }

    @Override
    void allocate(int operation) {
        int slot = trace.slot(operation);
        Arena arena = Arena.ofConfined();
        MemorySegment segment;
        try {
            segment = arena.allocate(trace.bytes(operation));
        } catch (OutOfMemoryError e) {
            arena.close();
            refuse(operation, e);
            return;
        }
        arenas[slot] = arena;
        segments[slot] = segment;
        if (touch) {
            Pattern.write(segment, operation);
        }
    }

    /** The JDK throws the same error when its own heap is full: then there is nothing to go on with. */
    private void refuse(int operation, OutOfMemoryError error) {
        String message = String.valueOf(error.getMessage());
        if (message.contains("heap") || message.contains("GC overhead")) {
            throw error;
        }
        failed(operation, error);
    }

    @Override
    void free(int operation) {
        int slot = trace.slot(operation);
        Arena arena = arenas[slot];
        if (arena != null) {
            arenas[slot] = null;
            segments[slot] = null;
            arena.close();
        }
    }

    @Override
    boolean isLive(int slot) {
        return arenas[slot] != null;
    }

    @Override
    long address(int slot) {
        return segment(slot).address();
    }

    @Override
    MemorySegment segment(int slot) {
        return Objects.requireNonNull(segments[slot], "slot is empty");
    }

    @Override
    void renew() {
        arenas = new Arena[arenas.length];
        segments = new MemorySegment[segments.length];
    }

    @Override
    public void close() {
        for (Arena arena : arenas) {
            if (arena != null) {
                arena.close();
            }
        }
        renew();
    }
}
