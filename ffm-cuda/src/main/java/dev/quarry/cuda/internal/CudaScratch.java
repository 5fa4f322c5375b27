package dev.quarry.cuda.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Small pieces of native memory in which the driver leaves what it returns beside its code, one per call under way.
 *
 * <p>A call takes a piece and gives it back, without a lock and without garbage; virtual threads make one that is a thread's own
 * impossible. If more calls than pieces are under way, further ones get memory that the garbage collector frees. Thread-safe.
 */
final class CudaScratch {
    private static final int PIECES = Long.SIZE;
    private static final long BYTES = 64;

    private static final MemorySegment ALL = Arena.global().allocate(PIECES * BYTES, BYTES);
    private static final MemorySegment[] PIECE = new MemorySegment[PIECES];

    /** A bit for each piece that nobody has. */
    private static final AtomicLong FREE = new AtomicLong(-1);

    static {
        for (int i = 0; i < PIECES; i++) {
            PIECE[i] = ALL.asSlice(i * BYTES, BYTES);
        }
    }

    private CudaScratch() {}

    /** Takes a piece of 64 bytes, with contents of whoever had it. */
    static MemorySegment take() {
        long free = FREE.get();
        while (free != 0) {
            long bit = Long.lowestOneBit(free);
            if (FREE.compareAndSet(free, free & ~bit)) {
                return PIECE[Long.numberOfTrailingZeros(bit)];
            }
            free = FREE.get();
        }
        return Arena.ofAuto().allocate(BYTES, BYTES);
    }

    /** Gives a piece back. */
    static void give(MemorySegment piece) {
        long offset = piece.address() - ALL.address();
        if (offset >= 0 && offset < PIECES * BYTES) {
            long bit = 1L << (offset / BYTES);
            long free = FREE.get();
            while (!FREE.compareAndSet(free, free | bit)) {
                free = FREE.get();
            }
        }
    }

    /** Returns what the driver left there as a number of 64 bits: an address, a handle, a size. */
    static long word(MemorySegment piece) {
        return piece.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Returns what the driver left there as a number of 32 bits. */
    static int number(MemorySegment piece) {
        return piece.get(ValueLayout.JAVA_INT, 0);
    }
}
