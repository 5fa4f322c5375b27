package dev.quarry.cpu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes that differ with place and seed, written and checked one by one. */
final class Pattern {
    private Pattern() {}

    static void write(MemorySegment target, int seed) {
        for (long i = 0; i < target.byteSize(); i++) {
            target.set(ValueLayout.JAVA_BYTE, i, at(i, seed));
        }
    }

    static void check(MemorySegment found, int seed) {
        for (long i = 0; i < found.byteSize(); i++) {
            byte value = found.get(ValueLayout.JAVA_BYTE, i);
            if (value != at(i, seed)) {
                assertThat(value).as("byte %d, seed %d", i, seed).isEqualTo(at(i, seed));
            }
        }
    }

    static void checkAll(MemorySegment found, byte value) {
        for (long i = 0; i < found.byteSize(); i++) {
            if (found.get(ValueLayout.JAVA_BYTE, i) != value) {
                assertThat(found.get(ValueLayout.JAVA_BYTE, i)).as("byte %d", i).isEqualTo(value);
            }
        }
    }

    private static byte at(long index, int seed) {
        return (byte) (index * 31 + (index >> 8) * 7 + seed);
    }
}
