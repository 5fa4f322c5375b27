package dev.quarry.tools.replay;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The contents by which a block is known again: eight bytes made of a seed, repeated to the block's end. */
final class Pattern {
    private static final int WORD = Long.BYTES;
    /** Copies are made of at most this much, so that their source stays in the processor's cache. */
    private static final long CHUNK = 1 << 18;

    private Pattern() {}

    /** Fills a block. */
    static void write(MemorySegment block, int seed) {
        long size = block.byteSize();
        long done = Math.min(size, WORD);
        for (long i = 0; i < done; i++) {
            block.set(ValueLayout.JAVA_BYTE, i, expected(seed, i));
        }
        while (done < size) {
            long step = Math.min(Math.min(done, CHUNK), size - done);
            MemorySegment.copy(block, 0, block, done, step);
            done += step;
        }
    }

    /** Returns the offset of the first byte that is not as {@link #write} left it, or -1. */
    static long mismatch(MemorySegment block, int seed) {
        long size = block.byteSize();
        for (long i = 0; i < Math.min(size, WORD); i++) {
            if (block.get(ValueLayout.JAVA_BYTE, i) != expected(seed, i)) {
                return i;
            }
        }
        long different = size <= WORD ? -1 : MemorySegment.mismatch(block, 0, size - WORD, block, WORD, size);
        return different < 0 ? -1 : different + WORD;
    }

    private static byte expected(int seed, long offset) {
        long word = (seed + 1L) * 0x9E3779B97F4A7C15L;
        return (byte) (word >>> (WORD * (offset % WORD)));
    }
}
