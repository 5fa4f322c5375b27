package dev.quarry.cpu.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Views, writes and copies of memory by address.
 *
 * <p>Writes and copies go in chunks of at most 1 MiB: a thread inside one cannot reach a safepoint, and a collection of
 * garbage waits for it. Nobody checks addresses.
 */
final class RawMemory {
    private static final long CHUNK = 1 << 20;

    private RawMemory() {}

    /** A cleanup action of a scope that does nothing but hold an object. */
    private record Keeper(Object kept) implements Consumer<MemorySegment> {
        @Override
        public void accept(MemorySegment segment) {
            // The segment is gone, and so is the reason to keep the object.
        }
    }

    /** Returns memory as a segment that lives as long as an arena. */
    static MemorySegment view(long address, long bytes, Arena scope) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, null);
    }

    /** Returns memory as a segment that lives as long as an arena, and keeps an object reachable as long as it is itself. */
    static MemorySegment view(long address, long bytes, Arena scope, Object kept) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, new Keeper(kept));
    }

    /** Writes one value to every byte. */
    static void fill(long address, long bytes, byte value) {
        MemorySegment target = at(address, bytes);
        for (long done = 0; done < bytes; done += CHUNK) {
            target.asSlice(done, Math.min(CHUNK, bytes - done)).fill(value);
        }
    }

    /**
     * Copies, as if the source were read whole before the target is written. Segments that are closed give an exception,
     * as every access of Java's does, before the copy and in its midst; a segment that is confined to another thread
     * is looked at before each chunk only, and its end within one can crash the JVM.
     */
    static void copy(MemorySegment source, MemorySegment target) {
        long bytes = source.byteSize();
        long from = source.address();
        long to = target.address();
        if (to <= from || to >= from + bytes) {
            for (long done = 0; done < bytes; done += CHUNK) {
                copy(source, target, done, Math.min(CHUNK, bytes - done));
            }
        } else {
            // The front of the target lies on the end of the source, which therefore goes first.
            for (long left = bytes; left > 0; ) {
                long step = Math.min(CHUNK, left);
                left -= step;
                copy(source, target, left, step);
            }
        }
    }

    /** Returns memory as a segment that is always alive. */
    static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private static void copy(MemorySegment source, MemorySegment target, long offset, long bytes) {
        MemorySegment.copy(usable(source), offset, usable(target), offset, bytes);
    }

    /** Returns a segment as this thread may use it, even if it is confined to another thread, as long as it is alive. */
    private static MemorySegment usable(MemorySegment segment) {
        if (segment.isAccessibleBy(Thread.currentThread())) {
            return segment;
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("Already closed");
        }
        return at(segment.address(), segment.byteSize());
    }
}
