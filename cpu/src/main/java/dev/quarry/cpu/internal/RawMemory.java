package dev.quarry.cpu.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Views, writes and copies of memory by address.
 *
 * <p>Writes and copies go in chunks of at most 1 MiB: a thread inside one cannot reach a safepoint, and a collection of
 * garbage waits for it. Nobody checks the addresses.
 */
final class RawMemory {
    private static final long CHUNK = 1 << 20;

    private RawMemory() {}

    /** Returns memory as a segment that lives as long as an arena. */
    static MemorySegment view(long address, long bytes, Arena scope) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, null);
    }

    /** Writes one value to every byte. */
    static void fill(long address, long bytes, byte value) {
        MemorySegment target = unscoped(address, bytes);
        for (long done = 0; done < bytes; done += CHUNK) {
            target.asSlice(done, Math.min(CHUNK, bytes - done)).fill(value);
        }
    }

    /** Copies, as if the source were read whole before the target is written. */
    static void copy(long source, long target, long bytes) {
        MemorySegment from = unscoped(source, bytes);
        MemorySegment to = unscoped(target, bytes);
        if (target <= source || target >= source + bytes) {
            for (long done = 0; done < bytes; done += CHUNK) {
                MemorySegment.copy(from, done, to, done, Math.min(CHUNK, bytes - done));
            }
        } else {
            // The front of the target lies on the end of the source, which therefore goes first.
            for (long left = bytes; left > 0; ) {
                long step = Math.min(CHUNK, left);
                left -= step;
                MemorySegment.copy(from, left, to, left, step);
            }
        }
    }

    private static MemorySegment unscoped(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }
}
